import type { Page } from 'playwright-core';
import type { Furnished } from './furnishing.ts';

/** A page of the app and how to tell that it is there with all it shows. */
export interface Place {
  name: string;
  /** Below the base path. */
  path: string;
  ready: (page: Page) => Promise<void>;
}

const shows = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

/** The pages of somebody who is signed in, in a furnished house. */
export const insidePlaces = ({ rooms }: Furnished): Place[] => [
  { name: 'the list of rooms', path: 'rooms', ready: shows('.room-link') },
  ...Object.entries(rooms).map(([name, { id }]) => ({
    name: `the room ${name}`,
    path: `rooms/${id}`,
    ready: shows('.timeline-row'),
  })),
  { name: 'the dashboard', path: 'dashboard', ready: shows('.chart canvas') },
  { name: 'the modules', path: 'modules', ready: shows('.module-card') },
  { name: 'the management of a module', path: 'modules/lamp/manage', ready: shows('.settings-actions') },
  { name: 'a module without a page', path: 'modules/lamp', ready: shows('.page-main .empty-state') },
  { name: 'a module that is not there', path: 'modules/nothing', ready: shows('.page-main .empty-state') },
  { name: 'the people', path: 'people', ready: shows('.invite') },
  { name: 'the administration', path: 'admin', ready: shows('.connection') },
  { name: 'the settings', path: 'settings', ready: shows('.session') },
  { name: 'the API reference', path: 'docs', ready: shows('.docs-endpoint') },
  { name: 'the guide to modules', path: 'docs/modules', ready: shows('.page-main table') },
  { name: 'a page that is not there', path: 'nowhere', ready: shows('.empty-state') },
  { name: 'a room that is not there', path: 'rooms/room_none', ready: shows('.page-main .empty-state') },
];

/** What the browser notes about an invitation that is over. */
export const noInvitation = /status of 404 .*\/api\/people\/invitation$/;

/** The pages of somebody who is not signed in. */
export const outsidePlaces = ({ invitation }: Furnished): Place[] => [
  { name: 'the sign-in page', path: 'signin', ready: shows('.auth input') },
  { name: 'an invitation', path: `invite/${invitation}`, ready: shows('.auth input') },
  { name: 'an invitation that is over', path: 'invite/aaaaaaaaaaaaaaaa', ready: shows('.auth a') },
];
