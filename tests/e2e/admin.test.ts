import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Locator, Page } from 'playwright-core';
import { sharedBrowser } from '../support/browser.ts';
import { openSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';
import { axeComplaints } from './axe.ts';
import { emailOf, type House, inHouse, PASSWORD } from './house.ts';
import { dialog, goneServer } from './pages.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

const rows = (page: Page): Locator => page.locator('.connection');
const feed = (page: Page, text: string): Promise<void> => page.locator('.admin-feed').getByText(text).waitFor();
const figure = (page: Page, name: string): Locator =>
  page.locator('.figures .tile').filter({ has: page.getByRole('heading', { name, exact: true }) });
const persons = async (page: Page): Promise<string[]> =>
  (await page.locator('.connection-name').allInnerTexts()).map((text) => text.replace(/\s*this page$/, '').trim());

/** A device of somebody who has no browser here. */
async function device(house: House, name: string, userAgent: string) {
  const { token } = await house.server.call<{ token: string }>('auth/signIn', {
    email: emailOf(name),
    password: PASSWORD,
  });
  return openSocket(`${house.url}ws`, { authorization: `Bearer ${token}`, 'user-agent': userAgent });
}

test('an admin sees who is connected, seeks, sorts and disconnects, and others do not find the page', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const ben = await house.join('Ben');
    await ben.page.goto(`${house.url}admin`);
    await ben.page.getByText('For admins of the team').waitFor();
    expect(await ben.page.getByRole('link', { name: 'Admin' }).count()).toBe(0);

    const phone = await device(house, 'Ben', 'Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1');
    const { page } = ada;
    await page.goto(house.url);
    await page.getByRole('link', { name: 'Admin' }).click();
    await feed(page, 'Live');
    await until(async () => (await persons(page)).toSorted().join() === 'Ada,Ben,Ben');
    expect(await rows(page).filter({ hasText: 'this page' }).count()).toBe(1);
    expect(await figure(page, 'Connections').innerText()).toContain('3');

    await page.getByRole('button', { name: 'Person' }).click();
    await until(async () => (await persons(page)).join() === 'Ada,Ben,Ben');
    await page.getByRole('button', { name: 'Person' }).click();
    await until(async () => (await persons(page)).join() === 'Ben,Ben,Ada');
    expect(await page.getByRole('columnheader', { name: 'Person' }).getAttribute('aria-sort')).toBe('descending');

    await page.getByLabel('Search connections').fill('iphone');
    await until(async () => (await persons(page)).join() === 'Ben');
    const end = page.getByRole('button', { name: 'Disconnect Ben, Safari on iPhone' });
    await end.click();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    expect(phone.closed).toBeUndefined();
    await end.click();
    await dialog(page).getByRole('button', { name: 'Disconnect' }).click();
    expect((await phone.untilClosed()).code).toBe(4006);
    await page.getByText('No connection fits.').waitFor();
    await page.getByLabel('Search connections').fill('');
    await until(async () => (await persons(page)).toSorted().join() === 'Ada,Ben');
    await page.locator('.totals-row').getByText('Disconnected by an admin').waitFor();
  }));

test('an announcement reaches everybody as it was written, and stays until it is closed', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const ben = await house.join('Ben');
    await ben.page.goto(house.url);
    await ben.page.getByRole('link', { name: 'General' }).waitFor();
    await ada.page.goto(`${house.url}admin`);
    await ada.page.getByRole('button', { name: 'Tell everybody' }).click();
    await dialog(ada.page).getByRole('button', { name: 'Send' }).click();
    await dialog(ada.page).getByText('Please fill this in.').waitFor();
    await ada.page.getByLabel('Announcement').fill('Tea is ready <b>now</b>');
    await dialog(ada.page).getByRole('button', { name: 'Send' }).click();
    await dialog(ada.page).waitFor({ state: 'detached' });
    for (const { page } of [ada, ben]) await page.getByText('Announcement: Tea is ready <b>now</b>').waitFor();
    await ben.page.getByText('Announcement: Tea').locator('..').getByRole('button', { name: 'Close' }).click();
    await ben.page.getByText('Announcement: Tea').waitFor({ state: 'detached' });
  }));

test('numbers move, stand still when the server is gone, and move again by themselves', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    ada.expectError(goneServer);
    const { page } = ada;
    await page.goto(`${house.url}admin`);
    await feed(page, 'Live');
    const total = () => figure(page, 'Frames').locator('.tile-hint').innerText();
    const first = await total();
    await until(async () => (await total()) !== first, 'The frames stand still', 20_000);
    await house.kill();
    await feed(page, 'Paused · last update');
    await house.start();
    await feed(page, 'Live');
    expect(await rows(page).count()).toBe(1);
  }));

test('where sockets are blocked the numbers come by a stream, and the page says so', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const { page } = ada;
    await page.routeWebSocket(/\/ws$/, (socket) => socket.close());
    await page.goto(`${house.url}admin`);
    await feed(page, 'Live');
    await rows(page).filter({ hasText: 'this page' }).filter({ hasText: 'by a stream' }).waitFor();
    expect(await figure(page, 'Connections').locator('.tile-value').innerText()).toBe('1');
  }));

test('axe finds nothing on the page of an admin, neither wide nor on a phone, nor in its dialogs', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada', { bypassCSP: true });
    const { page } = ada;
    await page.goto(`${house.url}admin`);
    await rows(page).first().waitFor();
    const found: string[] = [];
    const look = async (): Promise<void> => void found.push(...(await axeComplaints(page)));
    await look();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByLabel('Sort by').waitFor();
    await look();
    const overflow = await page.evaluate(() => {
      const root = document.documentElement;
      return root.scrollWidth - root.clientWidth;
    });
    expect(overflow).toBe(0);
    await page
      .getByRole('button', { name: /^Disconnect / })
      .first()
      .click();
    await dialog(page).waitFor();
    await look();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Tell everybody' }).click();
    await dialog(page).waitFor();
    await look();
    expect(found).toEqual([]);
  }));

test('the page works with the keyboard alone', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const { page } = ada;
    await page.goto(`${house.url}admin`);
    await rows(page).first().waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    await page.getByLabel('Search connections').focus();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Person');
    await page.keyboard.press('Enter');
    await until(
      async () => (await page.getByRole('columnheader', { name: 'Person' }).getAttribute('aria-sort')) === 'ascending',
    );
    for (let n = 0; n < 8; n++) await page.keyboard.press('Tab');
    expect(await focused()).toBe('Disconnect');
    await page.keyboard.press('Enter');
    await dialog(page).waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    await until(async () => (await focused()) === 'Disconnect', 'the focus to come back');
  }));
