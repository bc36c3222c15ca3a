import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { sharedBrowser } from '../support/browser.ts';
import { axeComplaints } from './axe.ts';
import { furnish } from './furnishing.ts';
import { inHouse } from './house.ts';
import { composer, dialog, openRoom, roomLink } from './pages.ts';
import { insidePlaces, noInvitation, outsidePlaces } from './places.ts';

setDefaultTimeout(120_000);
const browser = sharedBrowser();

test('axe sees what is wrong', () =>
  inHouse(browser(), {}, async (house) => {
    const { page } = await house.visitor({ bypassCSP: true });
    await page.goto(`${house.url}setup`);
    await page.locator('.auth input').first().waitFor();
    await page.evaluate(() => {
      const image = document.createElement('img');
      image.src = 'favicon.svg';
      document.querySelector('main')?.append(image);
    });
    await page.addStyleTag({ content: '@media (prefers-color-scheme: dark) { h1 { color: #333 !important } }' });
    const found = await axeComplaints(page);
    expect(found.map((complaint) => complaint.replace(/:.*/s, ''))).toEqual(['image-alt', 'in dark color-contrast']);
  }));

test('axe finds nothing serious on any page, in light and dark', () =>
  inHouse(browser(), {}, async (house) => {
    const found: Record<string, string[]> = {};
    const look = async (name: string, page: Page) => {
      const list = await axeComplaints(page);
      if (list.length > 0) found[name] = list;
    };
    const stranger = await house.visitor();
    stranger.expectError(noInvitation);
    await stranger.page.goto(`${house.url}setup`);
    await stranger.page.locator('.auth input').first().waitFor();
    await look('the set-up page', stranger.page);

    const mira = await house.founder('Mira');
    const furnished = await furnish(house, mira);
    for (const [{ page }, places] of [
      [stranger, outsidePlaces(furnished)],
      [mira, insidePlaces(furnished)],
    ] as const) {
      for (const { name, path, ready } of places) {
        await page.goto(house.url + path);
        await ready(page);
        await look(name, page);
      }
    }
    expect(found).toEqual({});
  }));

test('axe finds nothing serious in dialogs, menus and panes, in light and dark', () =>
  inHouse(browser(), {}, async (house) => {
    const mira = await house.founder('Mira');
    await furnish(house, mira);
    const { page } = mira;
    const found: Record<string, string[]> = {};
    const look = async (name: string) => {
      const list = await axeComplaints(page);
      if (list.length > 0) found[name] = list;
    };
    const inDialog = async (opener: string) => {
      await page.getByRole('button', { name: opener }).first().click();
      await dialog(page).waitFor();
      await look(opener);
      await page.keyboard.press('Escape');
      await dialog(page).waitFor({ state: 'detached' });
    };
    await page.goto(house.url);
    await roomLink(page, 'General').click();
    for (const opener of ['Create a room', 'Find rooms to join', 'Write to somebody']) await inDialog(opener);
    await page.getByRole('button', { name: 'Room details' }).click();
    await page.locator('.member').first().waitFor();
    await look('the details of a room');
    for (const opener of ['Add people', 'Leave room']) await inDialog(opener);
    await page.getByRole('button', { name: 'Account of Mira' }).click();
    await page.getByRole('menu').waitFor();
    await look('the account menu');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'People' }).click();
    for (const opener of ['Invite people', 'Show link', 'Revoke']) await inDialog(opener);
    await page.getByRole('link', { name: 'Modules' }).click();
    await page.getByRole('switch', { name: 'File drop is on' }).click();
    await dialog(page).waitFor();
    await look('switching a module on');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Manage Desk lamp' }).click();
    await page.getByLabel('Interval').fill('soon');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Please enter a number.').waitFor();
    await look('a setting that is refused');
    await inDialog('Change');
    await page.getByRole('link', { name: 'Rooms' }).click();
    await dialog(page).waitFor();
    await look('leaving what is not saved');
    await dialog(page).getByRole('button', { name: 'Discard and leave' }).click();
    await openRoom(page, 'General');
    await composer(page).fill('/la');
    await page.getByRole('option').first().waitFor();
    await look('the list of commands');
    await page.locator('.composer-field').fill('/lamps');
    await page.keyboard.press('Enter');
    await page.locator('.message-answer').waitFor();
    await look('the answer to a command');
    await composer(page).fill('/nothing');
    await page.keyboard.press('Enter');
    await page.locator('.composer-refused').waitFor();
    await look('a command that nobody knows');
    await page.goto(`${house.url}docs`);
    await page.locator('.docs-summary').first().click();
    await page.locator('.docs-details').waitFor();
    await look('a function of the API');
    expect(found).toEqual({});
  }));
