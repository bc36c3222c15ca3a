import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { sharedBrowser } from '../support/browser.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { furnish } from './furnishing.ts';
import { type House, inHouse, PASSWORD, emailOf } from './house.ts';
import { sees } from './pages.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

/**
 * Pictures of the app as a team uses it. Those of the README are kept where HEARTH_SCREENSHOTS says:
 *
 *     HEARTH_SCREENSHOTS=tests/e2e/screenshots bun test tests/e2e/screenshots.test.ts
 *
 * Else they are only taken, to see that they can be.
 */
const kept = process.env.HEARTH_SCREENSHOTS;
const readme = ['chat', 'chat-dark', 'chat-phone'];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-screenshots-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const desktop = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 };
const phone = { viewport: { width: 360, height: 780 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };
const here = { locale: 'en-GB', timezoneId: 'Europe/Berlin' };

const MINUTE = 60_000;
/** 9:12 in the morning where the pictures are taken. */
const morning = Date.UTC(2026, 2, 12, 8, 12);
/** Minutes after that in which the messages were written, in their order. */
const written = [-64, -45, -41, 0, 11, 12, 19, 27, 33, 38];
const now = morning + 39 * MINUTE;

/** Makes the talk of a second a talk of an hour. Only while no server runs. */
function spreadOut({ data }: House): void {
  const db = new Database(join(data, 'hearth.db'), { readwrite: true });
  const ids = db.query<{ id: string }, []>('SELECT id FROM messages ORDER BY seq').all();
  expect(ids).toHaveLength(written.length);
  const move = db.query('UPDATE messages SET created_at = ? WHERE id = ?');
  for (const [index, { id }] of ids.entries()) move.run(morning + (written[index] ?? 0) * MINUTE, id);
  db.close();
}

async function picture(page: Page, name: string, { width, height }: { width: number; height: number }): Promise<void> {
  const path = join(kept && readme.includes(name) ? resolve(kept) : folder, `${name}.png`);
  const scale = await page.evaluate(() => devicePixelRatio);
  const png = await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width * scale, height * scale]);
  // An empty page of this size takes a tenth of it.
  expect(png.byteLength).toBeGreaterThan(40_000);
}

test('the app is taken at a desk and on a phone, by day and by night', () =>
  inHouse(browser(), {}, async (house) => {
    const founder = await house.founder('Mira');
    const { rooms, tokens } = await furnish(house, founder);
    await house.kill();
    spreadOut(house);
    await house.start();
    const sockets: TestSocket[] = [];
    for (const token of Object.values(tokens))
      sockets.push(await openSocket(`${house.server.url}/ws`, { authorization: `Bearer ${token}` }));

    const open = async (options: BrowserContextOptions): Promise<Page> => {
      const { page, context } = await house.visitor({ ...here, ...options });
      await context.request.post(`${house.url}api/auth/signIn`, {
        data: { email: emailOf('Mira'), password: PASSWORD },
      });
      await page.clock.setFixedTime(now);
      await page.goto(`${house.url}rooms/${rooms.General?.id}`);
      await sees(page, 'One thing: the export still says UTC instead of the local time.');
      await house.server.call('chat/setTyping', { roomId: rooms.General?.id, typing: true }, tokens.Priya);
      await page.getByText('Priya is typing …').waitFor();
      return page;
    };

    const page = await open(desktop);
    await page.getByRole('button', { name: 'Room details' }).click();
    await page.locator('.member').last().waitFor();
    await picture(page, 'chat', desktop.viewport);
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, 'chat-dark', desktop.viewport);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.locator('.feed-indicator').getByText('Live', { exact: true }).waitFor();
    await picture(page, 'dashboard', desktop.viewport);
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, 'dashboard-dark', desktop.viewport);

    await picture(await open(phone), 'chat-phone', phone.viewport);
    for (const socket of sockets) await socket.close();
  }));
