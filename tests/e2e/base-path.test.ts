import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { sharedBrowser } from '../support/browser.ts';
import { acceptInvitation, makeInvitation, setUp } from './entering.ts';
import { type House, inHouse } from './house.ts';
import { openRoom, reads, roomLink, say, sees } from './pages.ts';
import { type ReverseProxy, startReverseProxy } from './reverse-proxy.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

const basePath = '/hearth';
let target = 0;
let proxy: ReverseProxy;
beforeAll(() => {
  proxy = startReverseProxy(basePath, () => target);
});
afterAll(() => proxy.stop());

const behindProxy = (story: (house: House) => Promise<void>) =>
  inHouse(browser(), { basePath, port: proxy.port, flags: ['--trusted-proxy', '127.0.0.1'] }, async (house) => {
    target = house.server.port;
    await story(house);
    expect(proxy.strays).toEqual([]);
  });

const tokenOf = ({ server }: House): string => /#token=(\S+)/.exec(server.output())?.[1] ?? '';
const isLive = (page: Page) => page.locator('.feed-indicator').getByText('Live', { exact: true }).waitFor();

test('behind a reverse proxy, below a path, two people meet, and everything stays below the path', () =>
  behindProxy(async (house) => {
    const ada = await house.visitor();
    await setUp(ada.page, house.url, { name: 'Ada', token: tokenOf(house) });
    const link = await makeInvitation(ada.page);
    expect(link).toStartWith(`http://localhost:${proxy.port}/hearth/invite/`);
    const grace = await house.visitor();
    await acceptInvitation(grace.page, link, { name: 'Grace' });
    await ada.page.getByRole('link', { name: 'Rooms' }).click();
    await openRoom(ada.page, 'General');
    await openRoom(grace.page, 'General');
    await say(ada.page, 'Below a path');
    await sees(grace.page, 'Below a path');
    await say(grace.page, 'And through a proxy');
    await sees(ada.page, 'And through a proxy');

    await ada.page.reload();
    await reads(ada.page, ['Below a path', 'And through a proxy']);
    expect(new URL(ada.page.url()).pathname).toStartWith('/hearth/rooms/');
    const cookies = await ada.context.cookies();
    expect(cookies.length).toBeGreaterThan(0);
    for (const { path } of cookies) expect(path).toStartWith(basePath);
  }));

test('below a path every page can be opened by its address, and the dashboard is live', () =>
  behindProxy(async (house) => {
    const { page } = await house.visitor();
    await setUp(page, house.url, { name: 'Ada', token: tokenOf(house) });
    for (const [path, heading] of [
      ['people', 'People'],
      ['settings', 'Settings'],
      ['docs', 'API reference'],
      ['nowhere/at/all', 'There is nothing here'],
    ] as const) {
      await page.goto(house.url + path);
      await page.getByRole('heading', { name: heading, exact: true, level: 1 }).waitFor();
    }
    await page.goto(`${house.url}dashboard`);
    await isLive(page);
    await page.getByRole('link', { name: 'Rooms', exact: true }).click();
    await roomLink(page, 'General').waitFor();
    // Without the slash at the end, as people type it.
    await page.goto(house.url.slice(0, -1));
    await roomLink(page, 'General').waitFor();
    expect(page.url()).toBe(`${house.url}rooms`);
  }));
