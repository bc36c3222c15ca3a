import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { sharedBrowser } from '../support/browser.ts';
import { furnish } from './furnishing.ts';
import { inHouse } from './house.ts';
import { layModule } from './lay-module.ts';
import { composer, roomLink, roomList } from './pages.ts';
import { insidePlaces, noInvitation, outsidePlaces } from './places.ts';

setDefaultTimeout(90_000);
const browser = sharedBrowser();

const phone = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** What is wider than the window, or than its own box and not meant to scroll or to end in dots. */
const tooWide = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const root = document.documentElement;
    const meant = '.md-block, .md-table, .docs-code, .avatar';
    const describe = (element: Element) => `${element.localName}.${element.className} ${element.scrollWidth}`;
    const sticksOut = (element: Element) =>
      element.clientWidth > 0 &&
      element.scrollWidth > element.clientWidth + 4 &&
      getComputedStyle(element).overflowX !== 'hidden' &&
      !element.matches(meant);
    return [
      ...(innerWidth > 360 || root.scrollWidth > 360 ? [`the page ${innerWidth} ${root.scrollWidth}`] : []),
      // Where there are panes, they scroll.
      ...(document.querySelector('.page-main') && root.scrollHeight > innerHeight
        ? [`the page is ${root.scrollHeight} high, not ${innerHeight}`]
        : []),
      ...[...document.body.querySelectorAll('*')].filter(sticksOut).map(describe),
    ];
  });

test('on a phone one taps from the list of rooms into a room, writes, and goes back', () =>
  inHouse(browser(), {}, async (house) => {
    const mira = await house.founder('Mira', phone);
    await furnish(house, mira);
    const { page } = mira;
    const navigation = page.getByRole('navigation', { name: 'Main navigation' });
    await page.goto(house.url);
    await roomLink(page, 'Releases').waitFor();
    expect(await navigation.isVisible()).toBe(true);
    await roomLink(page, 'Releases').tap();
    await composer(page).waitFor();
    expect(await roomList(page).isVisible()).toBe(false);
    expect(await navigation.isVisible()).toBe(false);
    const box = await composer(page).boundingBox();
    expect(box && box.y > 600 && box.y + box.height <= 780).toBe(true);

    await composer(page).tap();
    await page.keyboard.type('First line');
    await page.keyboard.press('Enter');
    await page.keyboard.type('second line');
    expect(await composer(page).inputValue()).toBe('First line\nsecond line');
    await page.getByRole('button', { name: 'Send' }).tap();
    await page.locator('.timeline-row[data-position]', { hasText: /First line\s*second line/ }).waitFor();
    expect(await composer(page).inputValue()).toBe('');

    await page.getByRole('button', { name: 'Room details' }).tap();
    await page.getByText('3 people').waitFor();
    await page.getByRole('button', { name: 'Close' }).tap();
    await composer(page).waitFor();
    await page.getByRole('link', { name: 'Back' }).tap();
    await roomLink(page, 'General').waitFor();
    expect(await navigation.isVisible()).toBe(true);
    expect(await composer(page).count()).toBe(0);
  }));

test('no page of a phone can be scrolled sideways, nor down beyond its panes', () =>
  inHouse(browser(), {}, async (house) => {
    const found: Record<string, string[]> = {};
    const look = async (name: string, page: Page) => {
      const list = await tooWide(page);
      if (list.length > 0) found[name] = list;
    };
    const stranger = await house.visitor(phone);
    stranger.expectError(noInvitation);
    await stranger.page.goto(`${house.url}setup`);
    await stranger.page.locator('.auth input').first().waitFor();
    await look('the set-up page', stranger.page);

    const mira = await house.founder('Mira', phone);
    const furnished = await furnish(house, mira);
    const long = 'Donaudampfschifffahrtsgesellschaftskapitänsmütze'.repeat(3);
    const roomId = furnished.rooms.General?.id;
    await mira.call('chat/postMessage', {
      roomId,
      clientId: 'long-1',
      text: `${long} \`${long}\` https://example.org/${long}`,
    });
    await layModule(house, mira, 'wordy');
    await mira.call('modules/enable', { id: 'wordy' });
    const cut = '.tile-label, .rail-label, .chart-card-title, .page-header-title';
    for (const [{ page }, places] of [
      [stranger, outsidePlaces(furnished)],
      [mira, insidePlaces(furnished)],
    ] as const) {
      for (const { name, path, ready } of places) {
        await page.goto(house.url + path);
        await ready(page);
        await look(name, page);
        const labels = await page
          .locator(cut)
          .evaluateAll((elements) =>
            elements.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent),
          );
        expect([name, labels]).toEqual([name, []]);
      }
    }
    const { page } = mira;
    await page.goto(`${house.url}dashboard`);
    await page.locator('.tile-value').getByText('Most of them').waitFor();
    await look('the dashboard with a long reading', page);
    await page.goto(`${house.url}modules/wordy/manage`);
    await page.locator('.settings-actions').waitFor();
    await look('the management of a wordy module', page);
    expect(found).toEqual({});
  }));
