import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Locator, Page } from 'playwright-core';
import type { Room } from '@shared/chat/schema.ts';
import { sharedBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { type Dweller, type House, inHouse } from './house.ts';
import { composer, openRoom, say, sees } from './pages.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

/** Ada and Grace in a private room in which Grace wrote so many lines, all of them read by Ada. */
async function longRoom(house: House, lines: number) {
  const ada = await house.founder('Ada');
  const grace = await house.join('Grace');
  const { id } = await ada.call<Room>('chat/createRoom', { name: 'Archive', kind: 'private' });
  await ada.call('chat/addMember', { roomId: id, userId: grace.me.id });
  const write = async (from: number, to: number) => {
    for (let line = from; line <= to; line++) {
      const text = line % 7 === 0 ? `Line ${line}\n\n${'and it goes on and on '.repeat(line % 30)}` : `Line ${line}`;
      await grace.call('chat/postMessage', { roomId: id, clientId: `line-${line}`, text });
    }
  };
  await write(1, lines);
  await ada.call('chat/markRead', { roomId: id, position: lines });
  return { ada, grace, id, write };
}

const timeline = (page: Page) => page.getByRole('log');
const fromEnd = (page: Page): Promise<number> =>
  timeline(page).evaluate((log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight));
const row = (page: Page, position: number) => page.locator(`.timeline-row[data-position="${position}"]`);
const topOf = (locator: Locator): Promise<number> =>
  locator.evaluate((element) => Math.round(element.getBoundingClientRect().top));
const jump = (page: Page) => page.locator('.timeline-jump');
const read = async (dweller: Dweller, id: string): Promise<number | undefined> =>
  (await dweller.call<Room[]>('chat/listRooms')).find((room) => room.id === id)?.readPosition;

/** What a page believes about being looked at, which a browser without windows cannot show. */
const lookAway = (page: Page, away: boolean): Promise<void> =>
  page.evaluate((gone) => {
    document.hasFocus = () => !gone;
    dispatchEvent(new Event(gone ? 'blur' : 'focus'));
  }, away);

test('older messages load while one scrolls up, and what is on the screen does not jump', () =>
  inHouse(browser(), {}, async (house) => {
    const { ada, id } = await longRoom(house, 160);
    const { page } = ada;
    await page.goto(`${house.url}rooms/${id}`);
    await row(page, 160).waitFor();
    expect(await fromEnd(page)).toBe(0);
    await timeline(page).hover();
    const jumps = await timeline(page).evaluate(async (log) => {
      const found: string[] = [];
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const topOf = (element: Element) => element.getBoundingClientRect().top - log.getBoundingClientRect().top;
      const rows = () => [...log.querySelectorAll('.timeline-row')];
      const first = () => rows()[0]?.getAttribute('data-position');
      for (let step = 0; step < 400 && !(first() === '1' && log.scrollTop === 0); step++) {
        log.scrollTop -= 150;
        await frame();
        const seen = rows().find((element) => topOf(element) > 0);
        const before = seen && topOf(seen);
        const count = rows().length;
        for (let wait = 0; wait < 4; wait++) await frame();
        if (!seen || before === undefined) continue;
        const moved = Math.abs(topOf(seen) - before);
        if (moved > 1)
          found.push(`${count} → ${rows().length} rows: ${moved} px at ${seen.getAttribute('data-position')}`);
      }
      return found;
    });
    expect(jumps).toEqual([]);
    await page.getByText('This is the beginning of Archive').waitFor();
    expect(await page.locator('.timeline-row').count()).toBe(160);
  }));

test('a room opens at the first unread message; the rest is counted and one jump away', () =>
  inHouse(browser(), {}, async (house) => {
    const { ada, id, write } = await longRoom(house, 60);
    await write(61, 140);
    const { page } = ada;
    await page.goto(`${house.url}rooms/${id}`);
    await row(page, 61).locator('.timeline-new').waitFor();
    expect(await row(page, 61).isVisible()).toBe(true);
    expect(await row(page, 140).count()).toBe(0);
    const label = await jump(page).textContent();
    expect(label).toMatch(/^[5-7]\d new messages$/);
    await jump(page).click();
    await row(page, 140).waitFor();
    await until(async () => (await fromEnd(page)) === 0);
    await jump(page).waitFor({ state: 'detached' });
    await until(async () => (await read(ada, id)) === 140);
  }));

test('what arrives while one reads further up moves nothing and is counted below', () =>
  inHouse(browser(), {}, async (house) => {
    const { ada, id, write } = await longRoom(house, 80);
    const { page } = ada;
    await page.goto(`${house.url}rooms/${id}`);
    await row(page, 80).waitFor();
    await timeline(page).evaluate((log) => (log.scrollTop = 300));
    await jump(page).getByText('Jump to the latest').waitFor();
    await row(page, 1).waitFor({ state: 'attached' });
    const before = await topOf(row(page, 50));
    await write(81, 83);
    await jump(page).getByText('3 new messages').waitFor();
    expect(await topOf(row(page, 50))).toBe(before);
    expect(await read(ada, id)).toBe(80);
    await say(page, 'Who writes sees it');
    await sees(page, 'Who writes sees it');
    await until(async () => (await fromEnd(page)) === 0);
    await until(async () => (await read(ada, id)) === 84);
  }));

test('messages that nobody looks at stay unread below a line that is not scrolled away', () =>
  inHouse(browser(), {}, async (house) => {
    const { ada, id, write } = await longRoom(house, 30);
    const { page } = ada;
    await page.goto(`${house.url}rooms/${id}`);
    await row(page, 30).waitFor();
    await lookAway(page, true);
    await write(31, 75);
    await page.waitForFunction(() => document.title.startsWith('(45) '));
    await row(page, 75).waitFor({ state: 'attached' });
    await row(page, 31).locator('.timeline-new').waitFor();
    expect(await read(ada, id)).toBe(30);
    const top = await topOf(row(page, 31));
    expect(top).toBeGreaterThan(0);
    expect(top).toBeLessThan(200);
    await lookAway(page, false);
    await until(async () => ((await read(ada, id)) ?? 0) > 30);
    expect(await read(ada, id)).toBeLessThan(75);
    await timeline(page).evaluate((log) => (log.scrollTop = log.scrollHeight));
    await until(async () => (await read(ada, id)) === 75);
    await page.waitForFunction(() => document.title === 'Archive · Hearth');
  }));

test('a draft survives the change of rooms and a reload, and goes with its message', () =>
  inHouse(browser(), {}, async (house) => {
    const { page } = await house.founder('Ada').then(async (ada) => {
      await ada.call('chat/createRoom', { name: 'Workshop', kind: 'public' });
      return ada;
    });
    await page.goto(house.url);
    await openRoom(page, 'General');
    await composer(page).fill('Half a thought');
    await openRoom(page, 'Workshop');
    expect(await composer(page).inputValue()).toBe('');
    await openRoom(page, 'General');
    expect(await composer(page).inputValue()).toBe('Half a thought');
    await page.reload();
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe('Half a thought');
    await composer(page).press('Enter');
    await sees(page, 'Half a thought');
    await page.reload();
    await sees(page, 'Half a thought');
    expect(await composer(page).inputValue()).toBe('');
  }));

test('a message that is too long is counted and not sent', () =>
  inHouse(browser(), {}, async (house) => {
    const { page } = await house.founder('Ada');
    await page.goto(house.url);
    await openRoom(page, 'General');
    await composer(page).fill('🔥'.repeat(9_999));
    await page.getByText('1 character left').waitFor();
    await composer(page).fill('🔥'.repeat(10_002));
    await page.getByText('2 characters too many').waitFor();
    await composer(page).press('Enter');
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    expect(await page.locator('.timeline-row').count()).toBe(0);
  }));
