import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Locator, Page } from 'playwright-core';
import type { Room } from '@shared/chat/schema.ts';
import { sharedBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { emailOf, inHouse, PASSWORD } from './house.ts';
import { composer, dialog, roomLink, sees } from './pages.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluateAll((elements) => elements.includes(document.activeElement as HTMLElement));

/** Waits until the focus is there. */
const focusComesTo = (page: Page, target: Locator): Promise<void> => target.and(page.locator(':focus')).waitFor();

/** Presses Tab (or Shift+Tab) until the focus is there, through at most all that takes part. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await target.first().waitFor();
  for (let presses = 0; presses < 40; presses++) {
    if (await hasFocus(target)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${target}`);
}

test('everything a conversation needs is done without a mouse', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const workshop = await ada.call<Room>('chat/createRoom', { name: 'Workshop', kind: 'public' });
    const { page } = await house.visitor();

    await page.goto(house.url);
    await focusComesTo(page, page.getByLabel('E-mail address'));
    await page.keyboard.type(emailOf('Ada'));
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');

    await tabTo(page, roomLink(page, 'General'));
    await page.keyboard.press('ArrowDown');
    await focusComesTo(page, roomLink(page, 'Workshop'));
    await page.keyboard.press('Enter');
    await focusComesTo(page, composer(page));
    expect(page.url()).toBe(`${house.url}rooms/${workshop.id}`);
    await page.keyboard.type('Without a mouse');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('at all');
    await page.keyboard.press('Enter');
    await page.locator('.timeline-row[data-position]', { hasText: /Without a mouse\s*at all/ }).waitFor();
    await focusComesTo(page, composer(page));
    await page.keyboard.press('Alt+ArrowUp');
    await focusComesTo(page, page.getByRole('textbox', { name: 'Message to General' }));
    await page.keyboard.type('By a shortcut');
    await page.keyboard.press('Enter');
    await sees(page, 'By a shortcut');

    const opener = page.getByRole('button', { name: 'Create a room' });
    await tabTo(page, opener, 'Shift+Tab');
    await page.keyboard.press('Enter');
    await focusComesTo(page, dialog(page).getByLabel('Name'));
    // The focus stays inside, however often one presses.
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null)).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    await focusComesTo(page, opener);

    await tabTo(page, page.getByRole('button', { name: 'Account of Ada' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    await page.keyboard.press('End');
    await focusComesTo(page, page.getByRole('menuitem', { name: 'Sign out' }));
    await page.keyboard.press('Enter');
    await focusComesTo(page, page.getByLabel('E-mail address'));
    expect(await page.getByText('Your session has ended').count()).toBe(0);
  }));

test('the first press of Tab offers to skip the navigation', () =>
  inHouse(browser(), {}, async (house) => {
    const { page } = await house.founder('Ada');
    await page.goto(`${house.url}people`);
    await page.getByRole('heading', { name: 'People', level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    await focusComesTo(page, page.getByRole('button', { name: 'Skip to content' }));
    await page.keyboard.press('Enter');
    await focusComesTo(page, page.getByRole('main'));
  }));

test('a menu that was closed with Escape gives the focus back', () =>
  inHouse(browser(), {}, async (house) => {
    const { page } = await house.founder('Ada');
    await page.goto(`${house.url}people`);
    const button = page.getByRole('button', { name: 'Account of Ada' });
    for (const opening of ['first', 'second']) {
      await tabTo(page, button);
      await page.keyboard.press('Enter');
      await page.getByRole('menu').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'detached' });
      await until(() => hasFocus(button), `the focus to come back after the ${opening} opening`);
    }
  }));
