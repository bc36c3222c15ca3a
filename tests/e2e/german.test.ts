import { expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import type { Me } from '@shared/people/schema.ts';
import { sharedBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { englishLeftovers, isEnglish } from './english-leftovers.ts';
import { furnish } from './furnishing.ts';
import { emailOf, inHouse, PASSWORD } from './house.ts';
import { dialog } from './pages.ts';
import { insidePlaces, noInvitation, outsidePlaces } from './places.ts';

setDefaultTimeout(90_000);
const browser = sharedBrowser();

const language = (page: Page): Promise<string> => page.evaluate(() => document.documentElement.lang);

test('English texts are told from German ones, with what is filled in', () => {
  expect(['Sign in', 'Ada is typing …', '3 people', 'Message to General'].filter(isEnglish)).toHaveLength(4);
  expect(['Anmelden', 'Ada schreibt …', 'Hearth', 'API', 'General'].filter(isEnglish)).toEqual([]);
});

test('whose browser prefers German meets no English text on any page', () =>
  inHouse(browser(), {}, async (house) => {
    const found: Record<string, string[]> = {};
    const look = async (name: string, page: Page) => {
      const list = await englishLeftovers(page);
      if (list.length > 0) found[name] = list;
    };
    const stranger = await house.visitor({ locale: 'de-DE' });
    stranger.expectError(noInvitation);
    stranger.expectError(/status of 401 .*\/api\/auth\/signIn$/);
    await stranger.page.goto(`${house.url}setup`);
    await stranger.page.locator('.auth input').first().waitFor();
    await look('the set-up page', stranger.page);
    expect(await language(stranger.page)).toBe('de');

    const mira = await house.founder('Mira', { locale: 'de-DE' });
    await mira.call<Me>('people/updateMe', { locale: null });
    const furnished = await furnish(house, mira);
    for (const [{ page }, places] of [
      [stranger, outsidePlaces(furnished)],
      [mira, insidePlaces(furnished)],
    ] as const) {
      for (const { name, path, ready } of places) {
        await page.goto(house.url + path);
        await ready(page);
        await look(name, page);
        expect([name, await language(page)]).toEqual([name, 'de']);
      }
    }

    await stranger.page.goto(`${house.url}signin`);
    await stranger.page.getByRole('button', { name: 'Anmelden' }).click();
    await stranger.page.getByText('Bitte fülle das aus.').first().waitFor();
    await look('the sign-in page, left empty', stranger.page);
    await stranger.page.getByLabel('E-Mail-Adresse').fill(emailOf('Mira'));
    await stranger.page.getByLabel('Passwort', { exact: true }).fill(`not ${PASSWORD}`);
    await stranger.page.keyboard.press('Enter');
    await stranger.page.getByText('E-Mail-Adresse oder Passwort ist falsch.').waitFor();
    await look('the sign-in page, refused', stranger.page);

    const { page } = mira;
    await page.goto(`${house.url}rooms/${furnished.rooms.General?.id}`);
    for (const opener of ['Raum anlegen', 'Räume finden', 'Jemandem schreiben']) {
      await page.getByRole('button', { name: opener }).click();
      await dialog(page).waitFor();
      await look(opener, page);
      await page.keyboard.press('Escape');
      await dialog(page).waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: 'Über diesen Raum' }).click();
    await page.locator('.member').first().waitFor();
    await look('the details of a room', page);
    expect(found).toEqual({});
  }));

test('who chooses German reads it at once and everywhere, and finds it again in another browser', () =>
  inHouse(browser(), {}, async (house) => {
    const { page } = await house.founder('Ada');
    await page.goto(`${house.url}settings`);
    await page.getByLabel('Language', { exact: true }).selectOption({ label: 'Deutsch' });
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    expect(await language(page)).toBe('de');
    expect(await englishLeftovers(page)).toEqual([]);
    await page.reload();
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();

    const elsewhere = await house.visitor();
    await elsewhere.page.goto(house.url);
    await elsewhere.page.getByLabel('E-mail address').fill(emailOf('Ada'));
    await elsewhere.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await elsewhere.page.keyboard.press('Enter');
    await elsewhere.page.getByText('Wähle einen Raum').waitFor();
    await until(async () => (await language(elsewhere.page)) === 'de');
    expect(await englishLeftovers(elsewhere.page)).toEqual([]);
  }));
