import { afterAll, beforeAll } from 'bun:test';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const chromiumPath = (): string => process.env.CHROMIUM || '/usr/bin/chromium';

/** A Chromium for the tests of one file; each person gets a context of their own in it. */
export function sharedBrowser(...more: string[]): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: chromiumPath(),
      args: [...flags, ...more],
    });
  }, 60_000);
  afterAll(async () => browser?.close());
  return () => {
    if (!browser) throw new Error('The browser runs only while tests do');
    return browser;
  };
}

/** Whoever is not signed in asks whether an earlier session can be renewed; the browser notes the refusal. */
const renewal = /status of 401 .*\/api\/auth\/refresh$/;

/** Somebody in front of a browser of their own. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Another tab of theirs. */
  tab(): Promise<Page>;
  /**
   * What their pages did and must not: errors on the console (violations of the content security policy are such),
   * exceptions that nobody caught, requests to another host.
   */
  readonly faults: string[];
  /** From here on, errors like this are no fault. */
  expectError(like: RegExp): void;
}

/** Opens a browser window for somebody who visits this origin and must cause no request to another. */
export async function visit(
  browser: Browser,
  origin: string,
  { locale = 'en-GB', ...options }: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ locale, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(15_000);
  const own = new URL(origin).host;
  const faults: string[] = [];
  const expected = [renewal];
  context.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && host !== own) faults.push(`asked ${request.url()}`);
  });
  // Tried, but stopped by the page's policy: nothing left the browser. Where it was not to be tried, the console says so.
  context.on('requestfailed', (request) => {
    const at = request.failure()?.errorText === 'csp' ? faults.indexOf(`asked ${request.url()}`) : -1;
    if (at !== -1) faults.splice(at, 1);
  });
  const fault = (what: string, text: string) => {
    if (!expected.some((like) => like.test(text))) faults.push(`${what} ${text}`);
  };
  context.on('console', (message) => {
    if (message.type() === 'error')
      fault('wrote on the console:', `${message.text()} ${message.location().url}`.trim());
  });
  context.on('weberror', (event) => {
    const { name, message, stack } = event.error();
    fault('threw', stack || `${name}: ${message}`);
  });
  const tab = async () => {
    const page = await context.newPage();
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== own) faults.push(`opened ${socket.url()}`);
    });
    return page;
  };
  return { context, page: await tab(), tab, faults, expectError: (like) => void expected.push(like) };
}

/** What somebody sees: where they are, and the text on the page. For the message of a failed test. */
export async function sight(page: Page): Promise<string> {
  if (page.isClosed()) return 'a closed page';
  const text = await page.evaluate(() => document.body.innerText).catch((error: Error) => error.message);
  return `${page.url()}\n${text.slice(0, 1500)}`;
}
