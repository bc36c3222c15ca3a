import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { sharedBrowser } from '../support/browser.ts';
import { type Dweller, type House, inHouse } from './house.ts';
import { composer, openRoom, say, sees } from './pages.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

const chunk = /\/assets\/DashboardPage-[^/]+\.js$/;

/** A tab whose build the server no longer has: the dashboard's code is gone, `forGood` or until the page is loaded anew. */
async function outdated(house: House, { page, expectError }: Dweller, forGood: boolean): Promise<string[]> {
  expectError(/status of 404 .*\/assets\/DashboardPage-|^TypeError: Failed to fetch dynamically imported module/);
  const loads: string[] = [];
  await page.goto(house.url);
  await openRoom(page, 'General');
  page.on('request', (request) => request.isNavigationRequest() && loads.push(request.url()));
  await page.route(chunk, (route) =>
    forGood || loads.length === 0 ? route.fulfill({ status: 404 }) : route.continue(),
  );
  return loads;
}

const toDashboard = (page: Page) => page.getByRole('link', { name: 'Dashboard' }).click();
const live = (page: Page) => page.locator('.feed-indicator').getByText('Live', { exact: true }).waitFor();

test('a tab that misses an old chunk after an upgrade reloads once and keeps the draft', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const { page } = ada;
    const loads = await outdated(house, ada, false);
    await say(page, 'Sent before');
    await sees(page, 'Sent before');
    await composer(page).fill('Half a thou');
    const reloaded = page.waitForEvent('load');
    await toDashboard(page);
    await reloaded;
    if (!page.url().endsWith('/dashboard')) await toDashboard(page);
    await live(page);
    expect(loads).toHaveLength(1);

    await page.getByRole('link', { name: 'Rooms', exact: true }).click();
    await openRoom(page, 'General');
    expect(await composer(page).inputValue()).toBe('Half a thou');
    await sees(page, 'Sent before');
  }));

test('a chunk that is truly missing shows an error in its pane, not a loop of reloads', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const { page } = ada;
    const loads = await outdated(house, ada, true);
    const reloaded = page.waitForEvent('load');
    await toDashboard(page);
    await reloaded;
    if (!page.url().endsWith('/dashboard')) await toDashboard(page);
    await page.getByText('This part of the page stopped working.').waitFor();
    expect(loads).toHaveLength(1);
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByRole('heading', { name: 'People', level: 1 }).waitFor();
  }));

test('a tab of an older build offers a reload, which keeps the draft', () =>
  inHouse(browser(), {}, async (house) => {
    const { page } = await house.founder('Ada');
    // As if the server were of another build than the page.
    await page.routeWebSocket(/\/ws$/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((frame) => socket.send(String(frame).replace(/"build":"[^"]*"/, '"build":"another"')));
    });
    await page.goto(house.url);
    await openRoom(page, 'General');
    await page.getByText('A new version of Hearth is here.').waitFor();
    await composer(page).fill('Half a thought');
    const reloaded = page.waitForEvent('load');
    await page.getByRole('button', { name: 'Reload' }).click();
    await reloaded;
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe('Half a thought');
  }));
