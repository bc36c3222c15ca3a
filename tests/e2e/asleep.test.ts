import { setDefaultTimeout, test } from 'bun:test';
import { sharedBrowser } from '../support/browser.ts';
import { inHouse } from './house.ts';
import { composer, goneServer, openRoom, reads, roomLink, say, sees } from './pages.ts';

setDefaultTimeout(90_000);
const browser = sharedBrowser();

test('a laptop that slept for an hour has everything once and in order when it wakes, and goes on', () =>
  inHouse(browser(), {}, async (house) => {
    const ada = await house.founder('Ada');
    const grace = await house.join('Grace');
    ada.expectError(goneServer);
    ada.expectError(/net::ERR_INTERNET_DISCONNECTED/);
    await ada.page.clock.install();
    for (const { page } of [ada, grace]) {
      await page.goto(house.url);
      await openRoom(page, 'General');
    }
    await say(ada.page, 'Good night');
    await sees(grace.page, 'Good night');
    await composer(ada.page).fill('half a thought');

    // Asleep: no timer runs, the network is gone, and the server has given the connection up.
    await ada.page.clock.pauseAt(Date.now() + 1000);
    await ada.context.setOffline(true);
    const { id } = await ada.call<{ id: string }>('people/me');
    await ada.call('hub/disconnect', { userId: id });
    const said = ['Are you there?', ...Array.from({ length: 20 }, (_, index) => `While you slept ${index + 1}`)];
    for (const text of said) await say(grace.page, text);
    for (const text of said) await sees(grace.page, text);
    const { id: room } = await grace.call<{ id: string }>('chat/createRoom', { name: 'Night watch', kind: 'private' });
    await grace.call('chat/addMember', { roomId: room, userId: id });

    await ada.context.setOffline(false);
    await ada.page.clock.fastForward('01:00:00');
    await ada.page.clock.resume();
    await sees(ada.page, said.at(-1) ?? '');
    await reads(ada.page, ['Good night', ...said]);
    await roomLink(ada.page, 'Night watch').waitFor();

    await composer(ada.page).press('Enter');
    await sees(grace.page, 'half a thought');
    await say(grace.page, 'Good morning');
    await sees(ada.page, 'Good morning');
    await reads(grace.page, ['Good night', ...said, 'half a thought', 'Good morning']);
  }));
