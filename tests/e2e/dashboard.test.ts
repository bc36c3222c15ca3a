import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import type { Sample } from '@shared/metrics/schema.ts';
import { sharedBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { inHouse } from './house.ts';
import { goneServer } from './pages.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

const tiles = (page: Page) => page.locator('.dashboard-tiles');
const indicator = (page: Page) => page.locator('.feed-indicator');

/** Waits until the numbers of the tiles have changed so many times. */
async function moves(page: Page, times: number): Promise<void> {
  const seen = new Set<string>();
  await until(async () => seen.add(await tiles(page).innerText()).size > times, 'The tiles stand still', 20_000);
}

/** For each chart, how many pixels of its canvas have the colour of its line. */
const drawn = (page: Page): Promise<number[]> =>
  page.locator('.chart-card').evaluateAll((cards) => {
    const pixel = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const rgba = (colour: string): number[] => {
      if (!pixel) return [];
      pixel.fillStyle = colour;
      pixel.fillRect(0, 0, 1, 1);
      return [...pixel.getImageData(0, 0, 1, 1).data];
    };
    return cards.map((card) => {
      const canvas = card.querySelector('canvas');
      const mark = card.querySelector('.chart-legend-mark');
      const context = canvas?.getContext('2d');
      if (!canvas || !context || !mark) return -1;
      const line = rgba(getComputedStyle(mark).borderTopColor);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        const near = line.every((value, index) => Math.abs(value - (data[at + index] ?? 0)) < 24);
        if (near) count++;
      }
      return count;
    });
  });

test('the dashboard moves: values change, lines are drawn, the indicator says live', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    await ada.page.goto(`${house.url}dashboard`);
    await indicator(ada.page).getByText('Live', { exact: true }).waitFor();
    await moves(ada.page, 2);
    await until(async () => {
      const lines = await drawn(ada.page);
      return lines.length >= 3 && lines.every((pixels) => pixels > 10);
    });
  }));

test('what this machine does not have is named, and never shown as 0', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    await ada.page.goto(`${house.url}dashboard`);
    const names = tiles(ada.page).getByRole('heading');
    await names.filter({ hasText: 'Processor' }).waitFor();
    const sample = await ada.call<Sample>('metrics/latest');
    const shown = await names.allInnerTexts();
    const missing = (await ada.page.locator('.dashboard-missing').allInnerTexts()).join();
    for (const [name, value] of [
      ['Graphics', sample.gpu],
      ['Temperature', sample.temperature],
      ['Load', sample.load],
    ] as const) {
      expect([name, shown.includes(name)]).toEqual([name, value !== null]);
      expect([name, missing.includes(name)]).toEqual([name, value === null]);
    }
  }));

test('where sockets are blocked the dashboard polls, says so, and still moves', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    await ada.page.routeWebSocket(/\/ws$/, (socket) => socket.close());
    await ada.page.goto(`${house.url}dashboard`);
    await indicator(ada.page).getByText('Polling every 5 seconds').waitFor();
    await moves(ada.page, 1);
  }));

test('when the server is gone the dashboard says since when, and is live again by itself', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    ada.expectError(goneServer);
    await ada.page.goto(`${house.url}dashboard`);
    await indicator(ada.page).getByText('Live', { exact: true }).waitFor();
    await house.kill();
    await indicator(ada.page).getByText('Paused · last update').waitFor();
    await house.start();
    await indicator(ada.page).getByText('Live', { exact: true }).waitFor();
    await moves(ada.page, 1);
  }));

test('guests learn that the dashboard is not for them, and find no way to it', () =>
  inHouse(browser(), {}, async (house) => {
    await house.founder('Ada');
    const guest = await house.join('Guest', 'guest');
    await guest.page.goto(`${house.url}dashboard`);
    await guest.page.getByText('For members of the team').waitFor();
    expect(await guest.page.getByRole('link', { name: 'Dashboard' }).count()).toBe(0);
    expect(await guest.page.locator('canvas').count()).toBe(0);
  }));
