import { readFileSync } from 'node:fs';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFileSync(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir), 'utf8');

type Axe = { run(context: Document, options: RunOptions): Promise<AxeResults> };

/** What axe finds serious or critical, as `rule: where`; `rules` alone, or all. */
async function run(page: Page, rules?: string[]): Promise<string[]> {
  const options: RunOptions = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  const results = await page.evaluate(
    (given) => (globalThis as unknown as { axe: Axe }).axe.run(document, given),
    options,
  );
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}

async function turn(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((animation) => animation instanceof CSSTransition)
        .map(({ finished }) => finished.catch(() => undefined)),
    ),
  );
}

/** What axe finds on the page in light; and in dark, where only the colours are others. */
export async function axeComplaints(page: Page): Promise<string[]> {
  // The debugger's way in is not subject to the content security policy of the page.
  await page.evaluate(axe);
  const light = await run(page);
  await turn(page, 'dark');
  const dark = await run(page, ['color-contrast', 'link-in-text-block']);
  await turn(page, 'light');
  return [...light, ...dark.map((complaint) => `in dark ${complaint}`)];
}
