import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { sharedBrowser } from '../support/browser.ts';
import { type House, inHouse } from './house.ts';
import { composer, openRoom, reads, say, sees, texts } from './pages.ts';
import { openWire, type Wire } from './wire.ts';

setDefaultTimeout(120_000);
const browser = sharedBrowser();

/** A house whose people sit behind something that lets no WebSocket through. */
const behindWire = async (story: (house: House, wire: Wire) => Promise<void>): Promise<void> => {
  let target = 0;
  await using wire = await openWire(() => target);
  await inHouse(browser(), { port: wire.port }, async (house) => {
    target = house.server.port;
    await story(house, wire);
  });
};

/** What the browser itself writes about a handshake that is refused. */
const refusedSocket = /WebSocket connection to/;
const isDegraded = (page: Page): Promise<void> => page.locator('[data-connection="degraded"]').waitFor();

/** Side by side, because each tries sockets for some seconds before it takes the detour. */
const enterAll = (house: House, pages: readonly Page[]): Promise<void[]> =>
  Promise.all(
    pages.map(async (page) => {
      await page.goto(house.url);
      await openRoom(page, 'General');
    }),
  );

test('with WebSockets blocked two people chat as ever, and the page says that something is in the way', () =>
  behindWire(async (house, wire) => {
    const ada = await house.founder('Ada');
    const grace = await house.join('Grace');
    for (const { expectError } of [ada, grace]) expectError(refusedSocket);
    await enterAll(house, [ada.page, grace.page]);
    for (const { page } of [ada, grace]) await isDegraded(page);
    await composer(ada.page).pressSequentially('Hel');
    await grace.page.getByText('Ada is typing …').waitFor();
    await say(ada.page, 'Hello by detour');
    await sees(grace.page, 'Hello by detour');
    for (let n = 1; n <= 5; n++) {
      await say(grace.page, `Grace ${n}`);
      await say(ada.page, `Ada ${n}`);
    }
    for (const { page } of [ada, grace]) for (const text of ['Grace 5', 'Ada 5']) await sees(page, text);
    const order = await texts(ada.page);
    expect(order).toHaveLength(11);
    await reads(grace.page, order);
    expect(wire.refused).toBeGreaterThan(0);

    wire.sockets = true;
    for (const { page } of [ada, grace])
      await page.locator('[data-connection]').waitFor({ state: 'detached', timeout: 60_000 });
    await say(ada.page, 'Straight again');
    await sees(grace.page, 'Straight again');
    for (const { page } of [ada, grace]) {
      await page.reload();
      await reads(page, [...order, 'Straight again']);
    }
  }));

test('eight tabs of one browser with WebSockets blocked all receive and all send', () =>
  behindWire(async (house) => {
    const ada = await house.founder('Ada');
    const grace = await house.join('Grace');
    ada.expectError(refusedSocket);
    grace.expectError(refusedSocket);
    const tabs = [ada.page];
    while (tabs.length < 8) tabs.push(await ada.tab());
    await enterAll(house, tabs);
    for (const page of tabs) await isDegraded(page);
    await grace.call('chat/postMessage', {
      roomId: (await grace.call<{ id: string }[]>('chat/listRooms'))[0]?.id,
      clientId: 'to-all-tabs',
      text: 'To all tabs',
    });
    for (const page of tabs) await sees(page, 'To all tabs');
    for (const [at, page] of tabs.entries()) await say(page, `From tab ${at + 1}`);
    for (const page of tabs) for (let n = 1; n <= 8; n++) await sees(page, `From tab ${n}`);
    const order = await texts(tabs[0]!);
    expect(order).toHaveLength(9);
    for (const page of tabs) await reads(page, order);
  }));
