import { expect, setDefaultTimeout, test } from 'bun:test';
import { sharedBrowser } from '../support/browser.ts';
import { acceptInvitation, askToSetUp, makeInvitation, setUp } from './entering.ts';
import { inHouse } from './house.ts';
import { composer, openRoom, reads, say, sees } from './pages.ts';

setDefaultTimeout(60_000);
const browser = sharedBrowser('--host-resolver-rules=MAP hearth.lan 127.0.0.1');

test('over plain HTTP on a name of the local network, with the set-up token typed in, everything works as well', () =>
  inHouse(browser(), { flags: ['--host', '0.0.0.0'], host: 'hearth.lan' }, async (house) => {
    const token = /#token=(\S+)/.exec(house.server.output())?.[1];
    if (!token) throw new Error('The terminal does not say the token');
    const ada = await house.visitor();
    await ada.page.goto(house.url);
    expect(await ada.page.evaluate(() => isSecureContext)).toBe(false);
    ada.expectError(/status of 403 .*\/api\/auth\/setup$/);
    await ada.page.getByLabel('Set-up token').waitFor();
    await askToSetUp(ada.page, house.url, { name: 'Ada', token: 'guessed' });
    await ada.page.getByText('The set-up token is missing or wrong.').waitFor();
    await setUp(ada.page, house.url, { name: 'Ada', token });

    const link = await makeInvitation(ada.page);
    expect(link).toStartWith(`${house.url}invite/`);
    const grace = await house.visitor();
    await acceptInvitation(grace.page, link, { name: 'Grace' });
    await ada.page.getByRole('link', { name: 'Rooms' }).click();
    await openRoom(ada.page, 'General');
    await openRoom(grace.page, 'General');
    await composer(ada.page).pressSequentially('He');
    await grace.page.getByText('Ada is typing …').waitFor();
    await say(ada.page, 'Hello from the LAN');
    await sees(grace.page, 'Hello from the LAN');
    await say(grace.page, 'No padlock, and yet');
    await sees(ada.page, 'No padlock, and yet');
    for (const { page } of [ada, grace]) {
      await page.reload();
      await reads(page, ['Hello from the LAN', 'No padlock, and yet']);
    }
  }));

test('an invitation is copied where the browser gives no clipboard to a page', () =>
  inHouse(browser(), { flags: ['--host', '0.0.0.0'], host: 'hearth.lan' }, async (house) => {
    const token = /#token=(\S+)/.exec(house.server.output())?.[1] ?? '';
    const { page } = await house.visitor();
    await setUp(page, house.url, { name: 'Ada', token });
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByRole('button', { name: 'Invite people' }).first().click();
    await page.getByRole('button', { name: 'Make the link' }).click();
    const link = await page.getByLabel('Invitation link').inputValue();
    expect(await page.evaluate(() => 'clipboard' in navigator)).toBe(false);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: 'Rooms' }).click();
    await openRoom(page, 'General');
    await page.keyboard.press('ControlOrMeta+V');
    expect(await composer(page).inputValue()).toBe(link);
  }));
