import { expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import { sharedBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { inHouse } from './house.ts';
import { layModule } from './lay-module.ts';
import { composer, dialog, goneServer, openRoom, sees } from './pages.ts';

setDefaultTimeout(90_000);
const browser = sharedBrowser();

const card = (page: Page, title: string) =>
  page.locator('.module-card').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
const toast = (page: Page, text: string) => page.locator('.toast').getByText(text).waitFor();

test('a module appears when its folder does, and is switched on and off at once on everybody’s pages', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const ben = await house.join('Ben');
    await ada.page.goto(`${house.url}modules`);
    await card(ada.page, 'Hello').waitFor();
    await ben.page.goto(`${house.url}modules`);
    await ben.page.getByText('No module is switched on').waitFor();

    await layModule(house, ada, 'lamp');
    const lamp = card(ada.page, 'Desk lamp');
    await lamp.getByText('Off', { exact: true }).waitFor();
    await lamp.getByRole('switch').click();
    await dialog(ada.page).getByText('Post messages, make rooms, add and remove people').waitFor();
    await dialog(ada.page).getByLabel('weather:read').uncheck();
    await dialog(ada.page).getByRole('button', { name: 'Switch on' }).click();
    await lamp.getByText('Running').waitFor();
    await card(ben.page, 'Desk lamp').getByText('/lamp <on|off>').waitFor();
    expect(await ben.page.getByRole('switch').count()).toBe(0);
    const [info] = (await ada.call<ModuleInfo[]>('modules/list')).filter(({ id }) => id === 'lamp');
    expect(info?.admin?.permissions.map(({ granted }) => granted)).toEqual([true, true, false]);

    await lamp.getByRole('switch').click();
    await lamp.getByText('Off', { exact: true }).waitFor();
    await card(ben.page, 'Desk lamp').waitFor({ state: 'detached' });
    await ada.page.getByRole('button', { name: 'Undo' }).click();
    await card(ben.page, 'Desk lamp').waitFor();
    const [again] = (await ada.call<ModuleInfo[]>('modules/list')).filter(({ id }) => id === 'lamp');
    expect(again?.admin?.permissions.map(({ granted }) => granted)).toEqual([true, true, false]);
  }));

test('an admin sets a module by a form made from its schema, and reads its log as it is written', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const { page } = ada;
    await layModule(house, ada, 'lamp');
    await ada.call('modules/enable', { id: 'lamp' });
    await page.goto(`${house.url}modules/lamp/manage`);
    const save = page.getByRole('button', { name: 'Save' });
    await page.getByLabel('Interval').waitFor();
    const key = page.getByRole('textbox', { name: 'Key' });
    expect(await save.isDisabled()).toBe(true);

    await page.getByLabel('Interval').fill('soon');
    await page.getByText('Not saved yet').waitFor();
    await save.click();
    await page.getByText('Please enter a number.').waitFor();
    await page.getByLabel('Interval').fill('60');
    await page.getByLabel('Lamp address').fill('the attic');
    await key.fill('short');
    await page.getByLabel('Tags').fill(`kitchen\n${'x'.repeat(21)}`);
    ada.expectError(/status of 422 .*\/api\/modules\/updateSettings$/);
    await save.click();
    await page.getByText('This is not a web address.').waitFor();
    await page.getByText('At least 8 characters, please.').waitFor();
    await page.getByText('At most 20 characters, please.').waitFor();

    await page.getByLabel('Lamp address').fill('http://lamp.local/');
    await key.fill('long enough');
    await page.getByLabel('Tags').fill('kitchen\nhall');
    await page.getByLabel('Colour').selectOption('green');
    await page.getByRole('switch', { name: 'Loud' }).click();
    await save.click();
    await toast(page, 'Saved. Desk lamp starts again with it.');
    await page.getByText('Set', { exact: true }).waitFor();
    expect(await key.inputValue()).toBe('');
    const stored = () => ada.call<{ values: object; secrets: object }>('modules/settings', { id: 'lamp' });
    expect(await stored()).toMatchObject({
      values: {
        interval: 60,
        lampAddress: 'http://lamp.local/',
        colour: 'green',
        loud: false,
        tags: ['kitchen', 'hall'],
      },
      secrets: { key: 'set' },
    });

    await page.getByRole('button', { name: 'Remove: Key' }).click();
    await page.getByLabel('Lamp address').fill('');
    await save.click();
    await page.getByText('Not set', { exact: true }).waitFor();
    const { values, secrets } = await stored();
    expect([secrets, 'lampAddress' in values]).toEqual([{ key: 'empty' }, false]);

    // What is not saved is not lost by a wrong click, or by going back.
    await page.getByLabel('Interval').fill('61');
    const away = page.getByRole('link', { name: 'Dashboard' });
    await away.click();
    await dialog(page).getByText('Leave without saving?').waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    expect(new URL(page.url()).pathname).toBe('/modules/lamp/manage');
    expect(await page.getByLabel('Interval').inputValue()).toBe('61');
    await away.click();
    await dialog(page).getByRole('button', { name: 'Discard and leave' }).click();
    await page.waitForURL('**/dashboard');
    await page.goBack();
    await page.getByLabel('Interval').fill('62');
    await page.goForward();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByLabel('Interval').inputValue()).toBe('62');
    await page.getByLabel('Interval').fill('63');
    await save.click();
    await page.getByText('Not saved yet').waitFor({ state: 'detached' });
    await away.click();
    await page.waitForURL('**/dashboard');
    await page.goBack();
    expect(await page.getByLabel('Interval').inputValue()).toBe('63');

    const log = page.getByRole('log');
    await ada.call('lamp/say', { text: 'the bulb is warm' });
    await log.getByText('the bulb is warm').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await ada.call('lamp/say', { text: 'the bulb is hot' });
    await page.getByRole('button', { name: 'Follow (1 new line)' }).click();
    await log.getByText('the bulb is hot').waitFor();
    await page.getByLabel('Show from').selectOption({ label: 'Errors' });
    await log.getByText('the bulb is hot').waitFor({ state: 'detached' });

    // What does not load has not said what it asks for.
    mkdirSync(join(house.data, 'modules', 'torn'));
    writeFileSync(join(house.data, 'modules', 'torn', 'module.ts'), 'export default {');
    await until(async () => (await ada.call<ModuleInfo[]>('modules/list')).some(({ state }) => state === 'failed'));
    await page.goto(`${house.url}modules/torn/manage`);
    await page
      .getByText(/^module\.ts:1:\d+: /)
      .first()
      .waitFor();
    expect(await page.getByRole('heading', { name: 'Permissions' }).count()).toBe(0);

    const ben = await house.join('Ben');
    await ben.page.goto(`${house.url}modules/lamp/manage`);
    await ben.page.getByText('For admins of the team').waitFor();
  }));

test('commands are found, run and answered in a room; the tile of a module lives on the dashboard', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const ben = await house.join('Ben');
    await layModule(house, ada, 'lamp');
    await ada.call('modules/enable', { id: 'lamp' });
    const { page } = ben;
    await page.goto(house.url);
    await openRoom(page, 'General');
    const field = page.locator('.composer-field');

    await field.pressSequentially('/la');
    const options = page.getByRole('option');
    await options.filter({ hasText: 'Counts the lamps' }).waitFor();
    expect(await field.getAttribute('role')).toBe('combobox');
    await page.keyboard.press('ArrowDown');
    const marked = page.getByRole('option', { selected: true });
    expect(await marked.innerText()).toContain('/lamps');
    expect(await field.getAttribute('aria-activedescendant')).toBe(await marked.getAttribute('id'));
    await page.keyboard.press('Tab');
    expect(await field.inputValue()).toBe('/lamps ');
    await page.keyboard.press('Enter');
    await page.locator('.message-answer').getByText('one lamp').waitFor();
    expect(await composer(page).inputValue()).toBe('');
    await page.getByRole('button', { name: 'Put this answer away' }).click();
    await page.locator('.message-answer').waitFor({ state: 'detached' });

    await field.pressSequentially('/lamp on');
    await page.keyboard.press('Enter');
    await sees(page, 'The lamp is on.');
    const said = page.locator('.message').filter({ hasText: 'The lamp is on.' });
    expect(await said.locator('.message-head').innerText()).toContain('Desk lamp');
    expect(await said.locator('.message-head').innerText()).toContain('Module');

    await field.fill('/lmap on');
    await page.keyboard.press('Enter');
    await page.getByText('There is no command /lmap.').waitFor();
    expect(await field.inputValue()).toBe('/lmap on');
    await page.getByRole('button', { name: 'Send as text' }).click();
    await sees(page, '/lmap on');
    await field.fill('//lamp off');
    await page.keyboard.press('Enter');
    await sees(page, '/lamp off');

    await page.getByRole('link', { name: 'Dashboard' }).click();
    const tile = page.locator('.tile').filter({ has: page.getByRole('heading', { name: 'Brightness' }) });
    await tile.getByText('red').waitFor();
    const seen = new Set<string>();
    await until(async () => seen.add(await tile.locator('.tile-value').innerText()).size > 2);
    await ada.call('modules/disable', { id: 'lamp' });
    await tile.waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'Rooms' }).click();
    await openRoom(page, 'General');
    await ada.call('modules/enable', { id: 'lamp' });
    await page.locator('.message-author').getByText('Desk lamp').waitFor();
    ben.expectError(goneServer);
    await house.kill();
    await page.locator('.banner').waitFor();
    await field.fill('/lamps');
    await page.keyboard.press('Enter');
    await page.getByText('Commands need a connection.').waitFor();
    expect(await field.inputValue()).toBe('/lamps');
    await house.start();
    await page.locator('.banner').waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    const answer = page.locator('.message-answer').getByText('one lamp').first();
    await until(async () => {
      if (await answer.isVisible()) return true;
      // The module starts again a moment after the server: until then its commands are not there.
      if (await page.getByText('There is no command').isVisible()) await page.keyboard.press('Enter');
      return false;
    }, 'the command is answered');
  }));
