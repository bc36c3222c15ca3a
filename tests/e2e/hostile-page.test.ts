import { expect, setDefaultTimeout, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { sharedBrowser } from '../support/browser.ts';
import { type DatabaseHash, openDatabaseHash } from '../support/database-hash.ts';
import { until } from '../support/until.ts';
import { type Dweller, type House, inHouse } from './house.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

type Report = Record<string, string>;

/** Puts the hostile module into the house, where an admin switches it on and opens it. */
async function invade(house: House): Promise<Dweller> {
  const ada = await house.founder('Ada');
  // What it tries is told on the console; what must not happen is looked for below, and in the requests.
  ada.expectError(/./);
  cpSync(join(import.meta.dir, 'hostile'), join(house.data, 'modules', 'hostile'), { recursive: true });
  await until(async () => (await ada.call<{ id: string }[]>('modules/list')).some((module) => module.id === 'hostile'));
  await ada.call('modules/enable', { id: 'hostile' });
  return ada;
}

/** All that an attack could be after. */
const possessions = async (ada: Dweller): Promise<unknown> => ({
  accounts: await ada.call('people/accounts'),
  me: await ada.call('people/me'),
  invites: await ada.call('people/invites'),
  rooms: await ada.call('chat/listRooms'),
  sessions: (await ada.call<{ id: string }[]>('auth/sessions')).map(({ id }) => id),
});

/** The house's database, once the server has stored what it derives from the journal behind everybody's back. */
async function openQuietDatabase({ data }: House): Promise<DatabaseHash> {
  const file = join(data, 'hearth.db');
  using sqlite = new Database(file, { readonly: true });
  const behind = sqlite.query<{ count: number }, []>(
    `SELECT count(*) AS count FROM consumers WHERE (name LIKE 'hub.%' OR name LIKE 'chat.%') AND seq < (SELECT max(seq) FROM journal)`,
  );
  await until(() => behind.get()?.count === 0, 'the server to have nothing left to store');
  return openDatabaseHash(file);
}

const reportOf = async (where: Page | FrameLocator): Promise<Report> => {
  const text = await until(() => where.locator('#report').innerText(), 'the attacks to end', 30_000);
  return JSON.parse(text) as Report;
};
/** Attempts that brought something. */
const gains = (report: Report, ...allowed: string[]): string[] =>
  Object.entries(report)
    .filter(([name, got]) => !allowed.includes(name) && !got.startsWith('refused: '))
    .map(([name, got]) => `${name}: ${got}`);

/** What navigates or opens gives nothing back: nothing having happened shows elsewhere. */
const silent = ['form to _self', 'form to _top', 'form to _blank', 'top navigation', 'top replace', 'window.open'];

/** In the frame it does what it was granted, and is seen for whose it is. */
async function attackFromFrame(house: House, ada: Dweller): Promise<void> {
  const { page } = ada;
  await page.goto(`${house.url}modules/hostile`);
  await page.waitForURL(`${house.url}modules/hostile#*`);
  expect(new URL(page.url()).hash).toBe('#module.page_unprompted');
  const frame = page.frameLocator('iframe');
  await frame.getByRole('heading', { name: 'Free coins' }).waitFor();
  await frame.getByRole('button', { name: 'Take them' }).click();
  const report = await reportOf(frame);
  expect(gains(report, ...silent, 'origin', 'eighty at once', 'own function', 'granted')).toEqual([]);
  expect(report).toMatchObject({ origin: 'null', 'own function': 'Ada', granted: '1 room' });
  expect(Number(report['eighty at once'])).toBeGreaterThanOrEqual(30);
  for (const name of ['auth.refresh', 'auth.signOut', 'people.invite', 'modules.enable', 'hub.broadcast'])
    expect(report[name]).toBe('refused: module.scope_missing');
  await page.getByText('Hostile: <b>Attacked</b>').waitFor();

  expect(page.url()).toBe(`${house.url}modules/hostile`);
  expect(ada.context.pages()).toHaveLength(1);

  for (const misdeed of ['Leave', 'Pour']) {
    await frame.getByRole('button', { name: misdeed }).click();
    await page.getByText('This page was stopped').waitFor();
    expect(page.url()).toStartWith(`${house.url}modules/hostile`);
    await page.getByRole('button', { name: 'Open it again' }).click();
    await frame.getByRole('heading', { name: 'Free coins' }).waitFor();
  }
  // Of what it poured out, a few were heard.
  expect(Number(/#flood\/(\d+)$/.exec(page.url())?.[1])).toBeLessThan(100);
}

/** In a tab of its own it has no rights at all, and nobody to ask. */
async function attackFromTab(house: House, ada: Dweller): Promise<void> {
  const { url } = await ada.call<{ url: string }>('modules/page', { id: 'hostile' });
  const tab = await ada.tab();
  await tab.goto(new URL(url, house.url).href);
  await tab.getByText('Open this page in Hearth').waitFor();
  await tab.getByRole('button', { name: 'Take them' }).click();
  const report = await reportOf(tab);
  expect(gains(report, ...silent, 'origin', 'eighty at once')).toEqual([]);
  expect(report).toMatchObject({ origin: 'null', 'own function': 'refused: page.alone', 'eighty at once': '80' });
  expect(new URL(tab.url()).pathname).toBe(url);
  expect(ada.context.pages()).toHaveLength(2);

  const trap = await ada.tab();
  await trap.goto(`${house.url}api/hostile/trap`);
  const caught = await reportOf(trap);
  expect(gains(caught, 'origin', 'open', 'form')).toEqual([]);
  expect(caught).toMatchObject({ origin: 'null', open: 'nothing' });
  expect(ada.context.pages()).toHaveLength(3);
}

test('a hostile page takes nothing and changes nothing, in its frame as in a tab of its own', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await invade(house);
    const before = await possessions(ada);
    using database = await openQuietDatabase(house);
    const rows = database.now();
    for (const attack of [attackFromFrame, attackFromTab]) {
      await attack(house, ada);
      expect(database.now()).toBe(rows);
      expect(await possessions(ada)).toEqual(before);
    }
  }));
