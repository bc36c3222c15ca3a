import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumPath, flags } from '../support/browser.ts';
import { until } from '../support/until.ts';

/** A browser with a profile on disk, as people have one, that can be killed and opened again. */
export interface OwnBrowser extends AsyncDisposable {
  page(): Promise<Page>;
  /** It dies without a word, all its processes at once. */
  kill(): Promise<void>;
  open(): Promise<void>;
}

export async function openOwnBrowser(): Promise<OwnBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'hearth-profile-'));
  let child: Bun.Subprocess | undefined;
  let browser: Browser | undefined;

  const own: OwnBrowser = {
    async page() {
      const context = browser?.contexts()[0];
      if (!context) throw new Error('The browser is not open');
      context.setDefaultTimeout(20_000);
      return context.newPage();
    },
    async kill() {
      if (!child) return;
      // A session of its own: the whole group goes.
      process.kill(-child.pid, 'SIGKILL');
      await child.exited;
      child = undefined;
      await browser?.close().catch(() => undefined);
      browser = undefined;
    },
    async open() {
      rmSync(join(profile, 'DevToolsActivePort'), { force: true });
      // A killed browser leaves its lock behind.
      for (const name of ['SingletonLock', 'SingletonSocket', 'SingletonCookie'])
        rmSync(join(profile, name), { force: true });
      child = Bun.spawn(
        [
          chromiumPath(),
          ...flags,
          '--headless=new',
          '--lang=en-GB',
          '--remote-debugging-port=0',
          `--user-data-dir=${profile}`,
          'about:blank',
        ],
        { stdio: ['ignore', 'ignore', 'ignore'], detached: true },
      );
      const port = await until(() => {
        try {
          return readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')[0];
        } catch {
          return undefined;
        }
      }, 'the browser to open');
      browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    },
    async [Symbol.asyncDispose]() {
      await own.kill();
      rmSync(profile, { recursive: true, force: true });
    },
  };
  await own.open();
  return own;
}
