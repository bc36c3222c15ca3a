import { expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { sharedBrowser } from '../support/browser.ts';
import { readGuide, writeModules } from '../support/guide.ts';
import { until } from '../support/until.ts';
import { type Dweller, type House, inHouse } from './house.ts';

setDefaultTimeout(90_000);
const browser = sharedBrowser();

const frameOf = (page: Page): FrameLocator => page.frameLocator('iframe');
const enable = async (ada: Dweller, id: string): Promise<void> => {
  await until(
    async () => (await ada.call<{ id: string }[]>('modules/list')).some((module) => module.id === id),
    `${id} is listed`,
  );
  await ada.call('modules/enable', { id });
};

const statusOf = (page: Page): Promise<string> => frameOf(page).getByRole('status').innerText();
/** `force`: also on a cell that says that it is closed. */
const play = (page: Page, board: number, cell: number, force = false): Promise<void> =>
  frameOf(page)
    .getByRole('group', { name: `Board ${board}` })
    .getByRole('button', { name: new RegExp(`^Cell ${cell},`) })
    .click({ force });
const shows = (page: Page, board: number, cell: number, mark: string): Promise<void> =>
  frameOf(page)
    .getByRole('group', { name: `Board ${board}` })
    .getByRole('button', { name: `Cell ${cell}, ${mark}` })
    .waitFor();

/** Ada invites a room by a command, Ben joins by the link in it, Cleo watches. */
async function playGame(house: House, ada: Dweller): Promise<void> {
  const ben = await house.join('Ben');
  const cleo = await house.join('Cleo');
  const [room] = await ada.call<{ id: string }[]>('chat/listRooms');
  await ada.page.goto(`${house.url}rooms/${room!.id}`);
  await ben.page.goto(`${house.url}rooms/${room!.id}`);
  await ada.page.locator('textarea').fill('/ttt');
  await ada.page.keyboard.press('Enter');
  await ada.page.keyboard.press('Enter');
  const link = ben.page.getByRole('link', { name: 'join or watch', exact: true });
  await link.waitFor();
  const target = await link.getAttribute('href');
  expect(target).toMatch(/\/modules\/ultimate-tic-tac-toe#[0-9a-f]{8}$/);
  const address = new URL(target!, house.url).href;
  for (const { page } of [ada, ben, cleo]) await page.goto(address);

  await frameOf(ben.page).getByRole('button', { name: 'Play as O' }).click();
  await frameOf(ada.page).getByText('Your turn on any open board').waitFor();
  await play(ada.page, 5, 3);
  for (const { page } of [ada, ben, cleo]) await shows(page, 5, 3, 'X');
  await frameOf(ben.page).getByText('Your turn: Board 3').waitFor();
  // Not his board: nothing happens, and a watcher cannot move at all.
  await play(ben.page, 5, 1, true);
  await play(cleo.page, 3, 1, true);
  await play(ben.page, 3, 1);
  for (const { page } of [ada, ben, cleo]) await shows(page, 3, 1, 'O');
  await shows(ada.page, 5, 1, 'free');
  await frameOf(cleo.page).getByText('3 people are looking').waitFor();

  // In mid-game the server dies and comes back: the game goes on where it was.
  for (const dweller of [ada, ben, cleo]) dweller.expectError(/./);
  await house.kill();
  await house.start();
  await until(async () => /Your turn: Board 1/.test(await statusOf(ada.page)), 'the game goes on', 40_000);
  await until(
    async () => {
      // While the module starts again the page is not there.
      await play(ada.page, 1, 5, true).catch(() => undefined);
      return frameOf(ben.page)
        .getByRole('group', { name: 'Board 1' })
        .getByRole('button', { name: 'Cell 5, X' })
        .isVisible();
    },
    'the move arrives',
    40_000,
  );
  // And a page that is loaded anew shows the same game.
  await ben.page.reload();
  await frameOf(ben.page).getByText('Your turn: Board 5').waitFor();
  const resign = frameOf(ben.page).getByRole('button', { name: /resign/i });
  await resign.click();
  await resign.click();
  for (const { page } of [ada, ben, cleo]) await frameOf(page).getByText('Ada wins').waitFor();
}

/** A file in parts with its progress, the list live for others, the download whole and in ranges, the removal for all. */
async function dropFiles(house: House, ada: Dweller): Promise<void> {
  const dora = await house.join('Dora');
  await ada.page.goto(`${house.url}modules/file-drop`);
  await dora.page.goto(`${house.url}modules/file-drop`);
  await frameOf(dora.page).getByText('No files yet').waitFor();
  const content = randomBytes(20 * 1024 * 1024);
  await frameOf(ada.page)
    .getByLabel('Choose files')
    .setInputFiles([
      { name: 'Holiday <b>.bin', mimeType: 'application/octet-stream', buffer: content },
      { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    ]);
  await frameOf(dora.page).getByRole('button', { name: 'Download Holiday <b>.bin' }).waitFor();
  await frameOf(dora.page).getByRole('button', { name: 'Download empty.txt' }).waitFor();
  // As in Britain, where these browsers are.
  await frameOf(dora.page)
    .getByText(/^Ada, \d{1,2} [A-Z][a-z]+ \d{4}, \d{2}:\d{2}$/)
    .first()
    .waitFor();

  const saving = dora.page.waitForEvent('download');
  await frameOf(dora.page).getByRole('button', { name: 'Download Holiday <b>.bin' }).click();
  expect(readFileSync(await (await saving).path()).equals(content)).toBe(true);
  const files = await dora.call<{ id: string; name: string }[]>('file-drop/list');
  const { id } = files.find(({ name }) => name.startsWith('Holiday'))!;
  const part = await dora.context.request.get(`${house.url}api/file-drop/download?id=${id}`, {
    headers: { range: 'bytes=1000-1999' },
  });
  expect([part.status(), (await part.body()).equals(content.subarray(1000, 2000))]).toEqual([206, true]);

  // Only its owner and admins are offered to remove it.
  expect(
    await frameOf(dora.page)
      .getByRole('button', { name: /Remove/ })
      .count(),
  ).toBe(0);
  const remove = frameOf(ada.page).getByRole('button', { name: /^Remove Holiday/ });
  await remove.click();
  await remove.click();
  await frameOf(dora.page).getByRole('button', { name: 'Download Holiday <b>.bin' }).waitFor({ state: 'detached' });
  await dora.page.goto('about:blank');
}

/** The pages that the guide to modules has, used as it says. */
async function followGuide(house: House, ada: Dweller): Promise<void> {
  const guide = readGuide(join(import.meta.dir, '../../server/modules/README.md'));
  writeModules(guide, house.data);
  const pages = guide.steps.filter(({ line }) => line.startsWith('PAGE '));
  expect(pages.length).toBeGreaterThan(0);
  for (const { line, expected } of pages) {
    const id = line.slice('PAGE '.length);
    await enable(ada, id);
    await ada.page.goto(`${house.url}modules/${id}`);
    for (const { text } of expected) {
      const [what, ...rest] = text.split(' ');
      if (what === 'shows') await frameOf(ada.page).getByText(rest.join(' ')).waitFor();
      else if (what === 'elsewhere') await ada.call(rest[1]?.replace('/api/', '') as `${string}/${string}`);
      else
        await frameOf(ada.page)
          .getByRole('button', { name: rest.join(' ') })
          .click();
    }
  }
}

test('the shipped modules work: a game with spectators and a killed server, files in parts, and the guide’s page', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    for (const id of ['hello', 'file-drop', 'ultimate-tic-tac-toe']) await enable(ada, id);
    expect(await ada.call<{ text: string }>('hello/greet')).toEqual({ text: 'Hello, Ada!' });
    await dropFiles(house, ada);
    await followGuide(house, ada);
    await playGame(house, ada);
  }));
