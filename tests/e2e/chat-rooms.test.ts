import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { sharedBrowser } from '../support/browser.ts';
import { inHouse } from './house.ts';
import { composer, openRoom, roomLink, say, sees } from './pages.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const focused = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? undefined);

test('a private room is made, somebody is added by keyboard, removed again, and the room is left', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const grace = await house.join('Grace');
    await house.join('Edsger');
    const { page } = ada;
    await page.goto(`${house.url}rooms`);
    await grace.page.goto(`${house.url}rooms`);

    await button(page, 'Create a room').click();
    await dialog(page).getByLabel('Name').fill('Plans');
    await dialog(page).getByText('Only people who are added').click();
    await button(page, 'Create room').click();
    await heading(page, 'Plans').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Message to Plans');

    await button(page, 'Room details').click();
    await button(page, 'Add people').click();
    await dialog(page).getByRole('combobox').waitFor();
    await page.keyboard.type('gra');
    await dialog(page).getByRole('option', { name: 'Grace' }).waitFor();
    await page.keyboard.press('Enter');
    await dialog(page).getByRole('button', { name: 'Take out Grace' }).waitFor();
    await button(page, 'Add').click();
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByText('2 people').waitFor();

    await openRoom(grace.page, 'Plans');
    await say(grace.page, 'Thank you');
    await sees(page, 'Thank you');

    await button(page, 'Remove Grace').click();
    await button(page, 'Remove').click();
    await grace.page.getByText('You are not in this room').waitFor();
    await roomLink(grace.page, 'Plans').waitFor({ state: 'detached' });
    await page.getByText('1 person').waitFor();

    await button(page, 'Leave room').click();
    await page.getByRole('alertdialog').getByText('the room closes for good').waitFor();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Leave room' }).click();
    await page.getByText('Pick a room').waitFor();
    await roomLink(page, 'Plans').waitFor({ state: 'detached' });
  }));

test('an open room is announced, found and joined, also by its address', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const grace = await house.join('Grace');
    const edsger = await house.join('Edsger');
    await grace.page.goto(`${house.url}rooms`);
    await button(grace.page, 'Find rooms to join').waitFor();
    await ada.call('chat/createRoom', { name: 'Garden', kind: 'public', topic: 'Tomatoes' });
    await button(grace.page, 'Find rooms to join (1 new)').click();
    await dialog(grace.page).getByText('1 person · Tomatoes').waitFor();
    await button(grace.page, 'Join Garden').click();
    await heading(grace.page, 'Garden').waitFor();
    await button(grace.page, 'Find rooms to join').waitFor();

    await edsger.page.goto(grace.page.url());
    await button(edsger.page, 'Join Garden').click();
    await composer(edsger.page).waitFor();
    await say(edsger.page, 'Found it');
    await sees(grace.page, 'Found it');
  }));

test('the same people share one conversation, whoever opens it', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const grace = await house.join('Grace');
    const open = async (page: Page, name: string) => {
      await button(page, 'Write to somebody').click();
      await dialog(page).getByRole('combobox').fill(name);
      await dialog(page).getByRole('option', { name }).click();
      await button(page, 'Open conversation').click();
      await heading(page, name).waitFor();
    };
    for (const { page } of [ada, grace]) await page.goto(`${house.url}rooms`);
    await open(ada.page, 'Grace');
    await say(ada.page, 'Just us two');
    await roomLink(grace.page, 'Ada').getByText('1 unread message').waitFor();
    await open(grace.page, 'Ada');
    await sees(grace.page, 'Just us two');
    expect(grace.page.url()).toBe(ada.page.url());
  }));

test('a guest sees the rooms they were added to and is offered no others', () =>
  inHouse(browser(), {}, async (house) => {
    await house.founder('Ada');
    const guest = await house.join('Sam', 'guest');
    await guest.page.goto(`${house.url}rooms`);
    await guest.page.getByText('As soon as somebody adds you to a room, it appears here.').waitFor();
    for (const name of ['Create a room', 'Find rooms to join', 'Write to somebody'])
      expect(await button(guest.page, name).count()).toBe(0);
  }));

test('the keyboard goes through the rooms, and Escape leads back to the message', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    for (const name of ['Alpha', 'Beta']) await ada.call('chat/createRoom', { name, kind: 'public' });
    const { page } = ada;
    await page.goto(`${house.url}rooms`);
    await openRoom(page, 'Alpha');
    await page.keyboard.press('Alt+ArrowDown');
    await heading(page, 'Beta').waitFor();
    await page.keyboard.press('Alt+ArrowUp');
    await heading(page, 'Alpha').waitFor();
    await roomLink(page, 'Alpha').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await heading(page, 'General').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Message to General');
    await roomLink(page, 'Beta').focus();
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('Message to General');
  }));
