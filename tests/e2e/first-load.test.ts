import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { sharedBrowser } from '../support/browser.ts';
import { furnish } from './furnishing.ts';
import { inHouse } from './house.ts';
import { openRoom, sees } from './pages.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

const KB = 1000;

/** The addresses of all JavaScript that a page has loaded, also what it loaded ahead. */
function watchScripts(page: Page): Set<string> {
  const found = new Set<string>();
  page.on('response', (response) => {
    if (/javascript/.test(response.headers()['content-type'] ?? '')) found.add(response.url());
  });
  return found;
}

/** Bytes of its body as they travel; files too small to gain by it are not compressed. */
async function travels(url: string): Promise<number> {
  const response = await fetch(url, { headers: { 'accept-encoding': 'gzip' }, decompress: false });
  return (await response.arrayBuffer()).byteLength;
}

test('the first load of a room takes at most 120 KB of JavaScript, and none of the dashboard', () =>
  inHouse(browser(), {}, async (house) => {
    const mira = await house.founder('Mira');
    const { rooms } = await furnish(house, mira);
    const { page } = mira;
    const scripts = watchScripts(page);
    await page.goto(`${house.url}rooms/${rooms.General?.id}`);
    await sees(page, 'Morning! The new build is on the staging box, please kick the tyres.');
    await page.waitForLoadState('networkidle');
    const sizes = await Promise.all([...scripts].map(travels));
    const sum = sizes.reduce((total, size) => total + size, 0);
    expect(sum).toBeGreaterThan(20 * KB);
    expect(sum).toBeLessThan(120 * KB);
    expect([...scripts].filter((url) => /dashboard|plot/i.test(url))).toEqual([]);

    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.locator('canvas').first().waitFor();
    expect([...scripts].filter((url) => /dashboard/i.test(url))).not.toEqual([]);
  }));

test('nothing is fetched again by the second visit: hashed files come out of the cache', () =>
  inHouse(browser(), {}, async (house) => {
    const { page } = await house.founder('Mira');
    await page.goto(house.url);
    await openRoom(page, 'General');
    const fetched: string[] = [];
    page.on('requestfinished', async (request) => {
      const { responseBodySize } = await request.sizes();
      if (responseBodySize > 0) fetched.push(request.url());
    });
    await page.reload();
    await page.getByRole('textbox', { name: 'Message to General' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(fetched.filter((url) => url.includes('/assets/'))).toEqual([]);
  }));
