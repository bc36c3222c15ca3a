import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import type { Message, Room } from '@shared/chat/schema.ts';
import type { Page as PageOf } from '@shared/kernel/paging.ts';
import { sharedBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { emailOf, type House, inHouse, PASSWORD } from './house.ts';
import { type OwnBrowser, openOwnBrowser } from './own-browser.ts';
import { openRoom, reads, roomLink, say } from './pages.ts';

setDefaultTimeout(120_000);
const browser = sharedBrowser();

/** Opens the room, signing in first where the browser has forgotten who we are. */
async function enter(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  const email = page.getByLabel('E-mail address');
  await email.or(roomLink(page, 'General')).first().waitFor();
  if (await email.isVisible()) {
    await email.fill(emailOf(name));
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  await openRoom(page, 'General');
}

/** How many actions wait in the browser's database. */
const kept = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    let count = 0;
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined) continue;
      count += await new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.addEventListener('error', () => reject(opening.error ?? new Error(name)));
        opening.addEventListener('success', () => {
          const counting = opening.result.transaction('actions').objectStore('actions').count();
          counting.addEventListener('success', () => {
            opening.result.close();
            resolve(counting.result);
          });
        });
      });
    }
    return count;
  });

/** Somebody in a browser of their own, in a house where somebody else watches. */
const watched = (story: (world: { house: House; own: OwnBrowser; stored: () => Promise<string[]> }) => Promise<void>) =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    await house.join('Grace');
    const [room] = await ada.call<Room[]>('chat/listRooms');
    const stored = async () => {
      const { items } = await ada.call<PageOf<Message>>('chat/history', { roomId: room?.id });
      return items.flatMap(({ body }) => (body.kind === 'text' ? [body.text] : []));
    };
    await using own = await openOwnBrowser();
    await story({ house, own, stored });
  });

test('a browser killed while the server is down sends what was written when it comes back, each message once', () =>
  watched(async ({ house, own, stored }) => {
    const page = await own.page();
    await enter(page, house.url, 'Grace');
    await say(page, 'Before');
    await until(async () => (await stored()).includes('Before') && (await kept(page)) === 0);
    await house.kill();
    for (const text of ['First', 'Second', 'Third']) await say(page, text);
    await until(async () => (await kept(page)) === 3);
    await own.kill();
    await house.start();
    expect(await stored()).toEqual(['Before']);

    await own.open();
    const again = await own.page();
    await enter(again, house.url, 'Grace');
    await reads(again, ['Before', 'First', 'Second', 'Third']);
    await until(async () => (await kept(again)) === 0);
    expect(await stored()).toEqual(['Before', 'First', 'Second', 'Third']);
  }));

test('a browser killed between sending and the answer sends again, and the message is there once', () =>
  watched(async ({ house, own, stored }) => {
    const page = await own.page();
    await enter(page, house.url, 'Grace');
    await say(page, 'Before');
    await until(async () => (await stored()).includes('Before') && (await kept(page)) === 0);
    // The frame leaves the browser and waits where the server does not read.
    house.server.signal('SIGSTOP');
    await say(page, 'On its way');
    await until(async () => (await kept(page)) === 1);
    await own.kill();
    house.server.signal('SIGCONT');
    await until(async () => (await stored()).includes('On its way'));

    await own.open();
    const again = await own.page();
    await enter(again, house.url, 'Grace');
    await until(async () => (await kept(again)) === 0);
    await reads(again, ['Before', 'On its way']);
    expect(await stored()).toEqual(['Before', 'On its way']);
  }));

test('a page reloaded while nothing gets through shows what waits, and sends it once it can', () =>
  watched(async ({ house, own, stored }) => {
    const page = await own.page();
    await enter(page, house.url, 'Grace');
    const blocked = /\/api\/chat\/postMessage$/;
    await page.routeWebSocket(/\/ws$/, (socket) => void socket.close());
    await page.route(blocked, (route) => route.abort());
    await page.reload();
    await openRoom(page, 'General');
    await say(page, 'Patience');
    await until(async () => (await kept(page)) === 1);
    await page.reload();
    await openRoom(page, 'General');
    await reads(page, ['…Patience']);
    expect(await stored()).toEqual([]);
    await page.unroute(blocked);
    await reads(page, ['Patience']);
    expect(await stored()).toEqual(['Patience']);
  }));
