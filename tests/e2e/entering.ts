import type { Page } from 'playwright-core';
import { emailOf, PASSWORD, TEAM } from './house.ts';

interface Newcomer {
  name: string;
  /** Typed where the page asks for it. */
  token?: string;
}

async function introduce(page: Page, { name }: Newcomer): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('E-mail address').fill(emailOf(name));
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
}

/** The first visit: leads to the set-up page and fills it in. */
export async function askToSetUp(page: Page, url: string, newcomer: Newcomer): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Name of the team').fill(TEAM);
  await introduce(page, newcomer);
  if (newcomer.token !== undefined) await page.getByLabel('Set-up token').fill(newcomer.token);
  await page.getByRole('button', { name: 'Create the team' }).click();
}

/** The first visit: makes the team, ends among the rooms. */
export async function setUp(page: Page, url: string, newcomer: Newcomer): Promise<void> {
  await askToSetUp(page, url, newcomer);
  await page.getByRole('link', { name: 'General' }).waitFor();
}

/** Makes an invitation on the people page and gives its link. */
export async function makeInvitation(page: Page): Promise<string> {
  await page.getByRole('link', { name: 'People' }).click();
  await page.getByRole('button', { name: 'Invite people' }).first().click();
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.getByLabel('Invitation link').inputValue();
  await page.getByRole('button', { name: 'Done' }).click();
  return link;
}

/** Opens an invitation's link and joins; ends among the rooms. */
export async function acceptInvitation(page: Page, link: string, newcomer: Newcomer): Promise<void> {
  await page.goto(link);
  await page.getByRole('heading', { name: `Join ${TEAM}` }).waitFor();
  await introduce(page, newcomer);
  await page.getByRole('button', { name: 'Join the team' }).click();
  await page.getByRole('link', { name: 'General' }).waitFor();
}
