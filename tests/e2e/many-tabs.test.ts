import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import type { Room } from '@shared/chat/schema.ts';
import type { createHearth } from '@shared/client/index.ts';
import { sharedBrowser } from '../support/browser.ts';
import { type House, inHouse } from './house.ts';
import { openWire, type Wire } from './wire.ts';

setDefaultTimeout(180_000);
const browser = sharedBrowser();
const TABS = 20;

interface Seen {
  texts: string[];
  resets: number;
  onlines: number;
  transport: () => string | undefined;
}

/** The SDK in a page without the app: what a tab costs the server, without what it costs the browser. */
async function openTab(page: Page, url: string): Promise<void> {
  await page.goto(`${url}up`);
  await page.evaluate(async (baseUrl) => {
    const sdk = (await import(`${baseUrl}sdk.js`)) as { createHearth: typeof createHearth };
    const hearth = sdk.createHearth({ baseUrl });
    const seen: Seen = {
      texts: [],
      resets: 0,
      onlines: 0,
      transport: () => hearth.state.get().connection.transport,
    };
    hearth.events.on('chat_message', ({ body }) => body.kind === 'text' && seen.texts.push(body.text));
    hearth.events.onReset(() => seen.resets++);
    hearth.events.onOnline(() => seen.onlines++);
    Object.assign(globalThis, { seen });
    await hearth.start();
  }, url);
}

const untilSeen = (page: Page, count: number) =>
  page.waitForFunction((wanted) => (globalThis as never as { seen: Seen }).seen.texts.length >= wanted, count, {
    timeout: 60_000,
    polling: 100,
  });
const untilLive = (page: Page) =>
  page.waitForFunction(() => (globalThis as never as { seen: Seen }).seen.onlines > 0, undefined, {
    timeout: 60_000,
    polling: 100,
  });
const seenBy = (page: Page) =>
  page.evaluate(() => {
    const { seen } = globalThis as never as { seen: Seen };
    return { ...seen, transport: seen.transport() };
  });

async function inTabs(sockets: boolean, story: (house: House, wire: Wire, tabs: Page[]) => Promise<void>) {
  let target = 0;
  await using wire = await openWire(() => target);
  wire.sockets = sockets;
  await inHouse(browser(), { port: wire.port }, async (house) => {
    target = house.server.port;
    const ada = await house.founder('Ada');
    ada.expectError(/WebSocket connection to|net::ERR_|status of 50[23]|favicon/);
    const tabs: Page[] = [];
    while (tabs.length < TABS) {
      const page = await ada.tab();
      await openTab(page, house.url);
      tabs.push(page);
    }
    await story(house, wire, tabs);
  });
}

test.each([
  ['by sockets', true],
  ['without sockets', false],
])('twenty tabs that come back at once are all caught up, %s', (_, sockets) =>
  inTabs(sockets, async (house, wire, tabs) => {
    const grace = await house.join('Grace');
    const [room] = await grace.call<Room[]>('chat/listRooms');
    const post = (text: string) => grace.call('chat/postMessage', { roomId: room?.id, clientId: text, text });
    const say = async (from: number, to: number) => {
      for (let n = from; n <= to; n++) await post(`message-${n}`);
    };
    for (const page of tabs) await untilLive(page);
    await say(1, 3);
    for (const page of tabs) await untilSeen(page, 3);
    await house.kill();
    await house.start();
    await say(4, 9);
    await Promise.all(tabs.map((page) => untilSeen(page, 9)));
    for (const page of tabs) {
      const seen = await seenBy(page);
      expect(seen.texts).toEqual(Array.from({ length: 9 }, (_each, at) => `message-${at + 1}`));
      expect(seen.resets).toBe(0);
    }
    const transports = (await Promise.all(tabs.map(seenBy))).map(({ transport }) => transport);
    if (sockets) expect(new Set(transports)).toEqual(new Set(['socket']));
    // A browser opens about six connections to a host: calls must find one free.
    else {
      expect(transports.filter((transport) => transport === 'stream').length).toBeLessThanOrEqual(2);
      expect(wire.open).toBeLessThanOrEqual(8);
    }
  }),
);
