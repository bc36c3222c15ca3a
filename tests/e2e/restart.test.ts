import { expect, setDefaultTimeout, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import type { MessageBody } from '@shared/chat/schema.ts';
import { sharedBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { type House, inHouse } from './house.ts';
import { composer, goneServer, openRoom, reads, say, sees } from './pages.ts';

setDefaultTimeout(90_000);
const browser = sharedBrowser();

/** All messages in the database, in the order of the room. */
function stored({ data }: House): string[] {
  const db = new Database(join(data, 'hearth.db'), { readonly: true });
  try {
    return db
      .query<{ body: string }, []>('SELECT body FROM messages ORDER BY room_id, position')
      .all()
      .map((row) => JSON.parse(row.body) as MessageBody)
      .map((body) => (body.kind === 'text' ? body.text : body.code));
  } finally {
    db.close();
  }
}

const numbered = (name: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${name} ${from + index}`);

test('a server killed in mid-conversation comes back, both go on by themselves, nothing is lost or doubled', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const grace = await house.join('Grace');
    const both = [
      { ...ada, name: 'Ada' },
      { ...grace, name: 'Grace' },
    ];
    for (const { page, expectError } of both) {
      expectError(goneServer);
      await page.goto(house.url);
      await openRoom(page, 'General');
    }
    const talk = (from: number, to: number) =>
      Promise.all(
        both.map(async ({ page, name }) => {
          for (const text of numbered(name, from, to)) await say(page, text);
        }),
      );

    await talk(1, 4);
    const talking = talk(5, 12);
    await until(() => stored(house).length > 10);
    await house.kill();
    await talking;
    for (const { page } of both) await page.getByText('No connection.').last().waitFor();
    await talk(13, 15);
    for (const { page, name } of both) {
      await page.getByText(`${name} 15`, { exact: true }).waitFor();
      await composer(page).fill(`${name} has not finished`);
    }
    await house.start();

    const everything = both.flatMap(({ name }) => numbered(name, 1, 15));
    for (const { page } of both) for (const text of everything) await sees(page, text);
    const order = stored(house);
    expect(order.toSorted()).toEqual(everything.toSorted());
    for (const { page, name } of both) {
      // Each person's own messages keep the order in which they wrote them.
      expect(order.filter((text) => text.startsWith(name))).toEqual(numbered(name, 1, 15));
      await reads(page, order);
      await page.getByText('No connection.').last().waitFor({ state: 'detached' });
      expect(await composer(page).inputValue()).toBe(`${name} has not finished`);
    }

    await say(ada.page, 'Still there?');
    await sees(grace.page, 'Still there?');
    await say(grace.page, 'Still here');
    await sees(ada.page, 'Still here');
    for (const { page } of both) {
      await page.reload();
      await reads(page, [...order, 'Still there?', 'Still here']);
    }
  }));
