import { expect } from 'bun:test';
import type { Locator, Page } from 'playwright-core';

/** What the browser itself writes on the console about a server that is not there, or not there yet. */
export const goneServer =
  /net::ERR_(CONNECTION_(REFUSED|RESET)|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)|WebSocket connection to|status of 503/;

/** The list of rooms, as English names it. */
export const roomList = (page: Page): Locator => page.getByRole('navigation', { name: 'Rooms', exact: true });
export const roomLink = (page: Page, name: string): Locator => roomList(page).getByRole('link', { name });
export const composer = (page: Page): Locator => page.getByRole('textbox', { name: /^Message to / });
export const timeline = (page: Page): Locator => page.getByRole('log');
/** The dialog that is open, also one that asks to confirm. */
export const dialog = (page: Page): Locator => page.locator('[role=dialog], [role=alertdialog]');

/** Opens a room from the list and waits until one can write. */
export async function openRoom(page: Page, name: string): Promise<void> {
  await roomLink(page, name).click();
  await page.getByRole('textbox', { name: `Message to ${name}` }).waitFor();
}

/** Writes a message and sends it with Enter. */
export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** Waits until a message that the server has stored is on the page. */
export const sees = (page: Page, text: string): Promise<void> =>
  page.locator('.timeline-row[data-position]').getByText(text, { exact: true }).first().waitFor();

/** The texts of the timeline from top to bottom; those that are not stored yet begin with `…`. */
export const texts = (page: Page): Promise<string[]> => page.evaluate(readTimeline, { wanted: undefined, patience: 0 });

/** Waits until the timeline holds exactly these texts. */
export async function reads(page: Page, wanted: readonly string[]): Promise<void> {
  expect(await page.evaluate(readTimeline, { wanted, patience: 20_000 })).toEqual([...wanted]);
}

/** Runs in the page: gives the texts once they are as wanted, or as they are when patience (ms) ends. */
function readTimeline(given: { wanted: readonly string[] | undefined; patience: number }): Promise<string[]> {
  const read = () =>
    [...document.querySelectorAll('.timeline-row')].map((row) => {
      const text = row.querySelector('.message-content > .markdown')?.textContent ?? '';
      return row.hasAttribute('data-position') ? text : `…${text}`;
    });
  return new Promise((resolve) => {
    const wanted = JSON.stringify(given.wanted);
    const end = () => {
      observer.disconnect();
      resolve(read());
    };
    const observer = new MutationObserver(() => JSON.stringify(read()) === wanted && end());
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    if (JSON.stringify(read()) === wanted) end();
    else setTimeout(end, given.patience);
  });
}
