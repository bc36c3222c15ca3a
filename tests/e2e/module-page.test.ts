import { expect, setDefaultTimeout, test } from 'bun:test';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { type Dweller, type House, inHouse } from './house.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser();

const furnish = async (house: House): Promise<Dweller> => {
  const ada = await house.founder('Ada');
  cpSync(join(import.meta.dir, 'friendly'), join(house.data, 'modules', 'friendly'), { recursive: true });
  await until(async () =>
    (await ada.call<{ id: string }[]>('modules/list')).some((module) => module.id === 'friendly'),
  );
  await ada.call('modules/enable', { id: 'friendly' });
  return ada;
};

/** It calls, follows a stream, sends files and saves one, hears of what happens, and lives in the app. */
async function usesAll(house: House, ada: Dweller, ben: Dweller): Promise<void> {
  const { page } = ada;
  await page.goto(`${house.url}modules/friendly`);
  const frame = page.frameLocator('iframe');
  const says = (text: string): Promise<void> => frame.getByRole('listitem').filter({ hasText: text }).first().waitFor();
  const press = (name: string): Promise<void> => frame.getByRole('button', { name }).click();

  await frame.getByRole('heading', { name: 'Page of Ada' }).waitFor();
  expect(await frame.locator('#here').innerText()).toBe('friendly admin en light []');
  expect(await frame.locator('body').evaluate((body) => getComputedStyle(body).color)).toBe('rgb(1, 2, 3)');
  await press('Greet');
  await says('Hello Ada');

  await press('Count');
  await says('counted');
  expect(await frame.locator('#count').innerText()).toBe('2000');
  // Leaving the loop ended the generator.
  await until(async () =>
    (await ada.call<{ text: string }[]>('modules/log', { id: 'friendly' })).some(({ text }) =>
      text.includes('is over'),
    ),
  );

  const files = [
    { name: 'ä.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') },
    { name: 'big.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(3 * 1024 * 1024, 1) },
  ];
  await frame.getByLabel('Files').setInputFiles(files);
  const received = { note: 'for you', names: ['ä.txt', 'big.bin'], bytes: 5 + 3 * 1024 * 1024 };
  await says(`sent ${JSON.stringify({ ok: true, data: received })} wholly`);

  const saving = page.waitForEvent('download');
  ada.expectError(/status of 422 .*\/api\/friendly\/report/);
  await press('Download');
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('report.html');
  expect(readFileSync(await saved.path(), 'utf8')).toBe('report of Ada');
  await says('saved true, refused request.invalid');

  await ben.call('friendly/shout');
  await says('shouted by Ben');
  await page.emulateMedia({ colorScheme: 'dark' });
  await says('theme dark');
  expect(await frame.locator('html').getAttribute('data-theme')).toBe('dark');

  await press('Title');
  await page.getByText('Board 1').waitFor();
  await press('Route');
  await page.waitForURL(`${house.url}modules/friendly#board/%C3%A4%201`);
  await page.goBack();
  await says('route');
  await page.goForward();
  await says('route board/ä 1');
  await page.reload();
  await until(async () => (await frame.locator('#here').innerText()).endsWith('[board/ä 1]'));
  await press('People');
  await page.getByRole('button', { name: 'Invite people' }).first().waitFor();
  expect(page.url()).toBe(`${house.url}people`);
}

/** What is saved takes the place of the old page by itself; what is broken tells an admin why. */
async function changes(house: House, ada: Dweller, ben: Dweller): Promise<void> {
  const source = join(house.data, 'modules', 'friendly', 'page.tsx');
  const text = readFileSync(source, 'utf8');
  const heading = (one: Dweller, name: string): Promise<void> =>
    one.page.frameLocator('iframe').getByRole('heading', { name }).waitFor();
  for (const one of [ada, ben]) {
    await one.page.goto(`${house.url}modules/friendly`);
    await heading(one, `Page of ${one.me.name}`);
  }
  // New functions are no new page: whoever is in the middle of something stays there.
  const frame = ada.page.frameLocator('iframe');
  await frame.locator('main').evaluate((main) => main.setAttribute('data-kept', ''));
  const functions = join(house.data, 'modules', 'friendly', 'module.ts');
  writeFileSync(functions, readFileSync(functions, 'utf8').replace('`Hello', '`Good evening'));
  await until(async () => (await ada.call<{ text: string }>('friendly/greet')).text === 'Good evening Ada');
  await frame.getByRole('button', { name: 'Greet' }).click();
  await frame.getByText('Good evening Ada').waitFor();
  expect(await frame.locator('main[data-kept]').count()).toBe(1);

  writeFileSync(source, text.replace('Page of', 'New page of'));
  await heading(ada, 'New page of Ada');
  await heading(ben, 'New page of Ben');

  ada.expectError(/status of 503 .*\/api\/modules\/page/);
  writeFileSync(source, text.replace('</main>', ''));
  await ada.page.getByText('The page of this module could not be built.').waitFor();
  await ada.page.getByText(/page\.tsx:\d+:\d+: /).waitFor();
  await heading(ben, 'New page of Ben');
  writeFileSync(source, text);
  await heading(ada, 'Page of Ada');

  for (const one of [ada, ben]) one.expectError(/status of 404 .*\/api\/modules\/page/);
  await ada.call('modules/disable', { id: 'friendly' });
  for (const { page } of [ada, ben]) await page.locator('iframe').waitFor({ state: 'detached' });
}

test('the page of a module has all that it needs, and changes while people look', () =>
  inHouse(browser(), { basePath: '/team' }, async (house) => {
    const ada = await furnish(house);
    const ben = await house.join('Ben');
    await usesAll(house, ada, ben);
    await changes(house, ada, ben);
  }));
