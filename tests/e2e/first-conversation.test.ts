import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Room } from '@shared/chat/schema.ts';
import { sharedBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { inHouse } from './house.ts';
import { acceptInvitation, makeInvitation, setUp } from './entering.ts';
import { composer, openRoom, reads, roomLink, say, sees, texts } from './pages.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

test('the first admin sets up the team, invites a second person, and both talk in two browsers', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.visitor();
    await setUp(ada.page, house.url, { name: 'Ada' });
    const link = await makeInvitation(ada.page);
    const grace = await house.visitor();
    await acceptInvitation(grace.page, link, { name: 'Grace' });

    await ada.page.getByRole('link', { name: 'Rooms' }).click();
    await openRoom(ada.page, 'General');
    await openRoom(grace.page, 'General');
    await composer(ada.page).pressSequentially('Hel');
    await grace.page.getByText('Ada is typing …').waitFor();
    await say(ada.page, 'Hello Grace');
    await sees(grace.page, 'Hello Grace');
    await grace.page.getByText('Ada is typing …').waitFor({ state: 'detached' });
    await say(grace.page, 'Hello **Ada**');
    await sees(ada.page, 'Hello Ada');
    expect(await ada.page.locator('.markdown strong').textContent()).toBe('Ada');

    const talk = ['Hello Grace', 'Hello Ada'];
    for (const { page } of [ada, grace]) {
      await reads(page, talk);
      await page.reload();
      await reads(page, talk);
    }
  }));

test('what came while somebody looked elsewhere is counted in the list and stands below a line', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const grace = await house.join('Grace');
    await ada.call('chat/createRoom', { name: 'Workshop', kind: 'public' });
    await ada.page.goto(house.url);
    await grace.page.goto(house.url);
    await openRoom(ada.page, 'General');
    await openRoom(grace.page, 'General');
    await say(ada.page, 'Seen at once');
    await sees(grace.page, 'Seen at once');
    await grace.page.locator('.timeline-new').waitFor({ state: 'detached' });

    await grace.page.getByRole('link', { name: 'People' }).click();
    await say(ada.page, 'First missed');
    await say(ada.page, 'Second missed');
    await sees(ada.page, 'Second missed');
    await grace.page.getByRole('link', { name: 'Rooms', exact: true }).click();
    await roomLink(grace.page, '2 unread messages').waitFor();
    await until(async () => (await grace.page.title()).startsWith('(2) '));
    await openRoom(grace.page, 'General');
    const line = grace.page.locator('.timeline-row', { has: grace.page.locator('.timeline-new') });
    expect(await line.locator('.markdown').textContent()).toBe('First missed');
    await roomLink(grace.page, 'unread').waitFor({ state: 'detached' });
    await until(async () => (await grace.call<Room[]>('chat/listRooms')).every(({ unread }) => unread === 0));

    await grace.page.reload();
    await reads(grace.page, ['Seen at once', 'First missed', 'Second missed']);
    expect(await roomLink(grace.page, 'unread').count()).toBe(0);
    expect(await grace.page.locator('.timeline-new').count()).toBe(0);
  }));

test('people see who is there: somebody who closes their browser goes offline, once per person', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const grace = await house.join('Grace');
    await ada.page.goto(`${house.url}people`);
    const row = ada.page.getByRole('listitem').filter({ hasText: 'Grace' });
    await row.getByText('Offline').waitFor();
    await grace.page.goto(house.url);
    await row.getByText('Online').waitFor();
    const second = await grace.tab();
    await second.goto(house.url);
    await second.getByText('Pick a room').waitFor();
    await grace.page.close();
    await ada.page.getByText('2 people · 2 online').waitFor();
    await second.close();
    await row.getByText('Offline').waitFor();
    await ada.page.getByText('2 people · 1 online').waitFor();
  }));

test('two people who write at the same time read the same order', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const grace = await house.join('Grace');
    const both = [ada.page, grace.page];
    for (const page of both) {
      await page.goto(house.url);
      await openRoom(page, 'General');
    }
    await Promise.all(
      both.map(async (page, who) => {
        for (let count = 1; count <= 8; count++) await say(page, `${who ? 'Grace' : 'Ada'} ${count}`);
      }),
    );
    for (const page of both) for (const name of ['Ada 8', 'Grace 8']) await sees(page, name);
    const order = await texts(ada.page);
    expect(order).toHaveLength(16);
    await reads(grace.page, order);
  }));
