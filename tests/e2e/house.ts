import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import type { Envelope } from '@shared/kernel/result.ts';
import type { Invite, Me, Role } from '@shared/people/schema.ts';
import { buildBinary } from '../../.scripts/build/binary.ts';
import { sight, visit, type Visitor } from '../support/browser.ts';
import { type HearthProcess, startHearth } from '../support/hearth-process.ts';

/** Built here where that has not been done. A start of the sources takes three times as long. */
const binary = await buildBinary();

export const TEAM = 'Analytical Engines';
export const PASSWORD = 'a long enough password';
export const emailOf = (name: string): string => `${name.toLowerCase()}@example.org`;

export interface HouseOptions {
  /** More flags of the server. */
  flags?: string[];
  basePath?: string;
  /** The name by which the browsers reach it. */
  host?: string;
  /** The port by which they do: a proxy's, not the server's own. */
  port?: number;
}

/** Somebody who is signed in. */
export interface Dweller extends Visitor {
  readonly me: Me;
  /** Calls a function as they; gives its data, throws when it is refused. */
  call<T>(name: `${string}/${string}`, input?: unknown): Promise<T>;
}

/** The compiled Hearth in a process of its own, and the people who use it. */
export interface House {
  /** As the browsers open it: with base path and trailing slash. */
  readonly url: string;
  readonly server: HearthProcess;
  readonly data: string;
  /** A stranger with an empty browser. */
  visitor(options?: BrowserContextOptions): Promise<Visitor>;
  /** The first admin, who sets the team up; not by the page, which has tests of its own. */
  founder(name: string, options?: BrowserContextOptions): Promise<Dweller>;
  /** Somebody who comes by an invitation. */
  join(name: string, role?: Role, options?: BrowserContextOptions): Promise<Dweller>;
  /** The server dies without a word. */
  kill(): Promise<void>;
  /** Another server on the same folder and port. */
  start(): Promise<void>;
}

/** Runs a story in a house of its own. Fails as well when a page did what it must not; leaves nothing behind. */
export async function inHouse(
  browser: Browser,
  options: HouseOptions,
  story: (house: House) => Promise<void>,
): Promise<void> {
  const { flags = [], basePath = '', host = 'localhost' } = options;
  const data = mkdtempSync(join(tmpdir(), 'hearth-e2e-'));
  const start = (port?: number): Promise<HearthProcess> =>
    startHearth({ command: [binary, ...flags], cwd: data, data, basePath, ...(port && { port }) });

  let server = await start().catch((error: unknown) => {
    rmSync(data, { recursive: true, force: true });
    throw error;
  });
  const url = `http://${host}:${options.port ?? server.port}${basePath}/`;
  const visitors: Visitor[] = [];
  let founder: Dweller | undefined;

  const visitor = async (more?: BrowserContextOptions): Promise<Visitor> => {
    const one = await visit(browser, url, more);
    visitors.push(one);
    return one;
  };
  const enter = async (name: `${string}/${string}`, input: unknown, more?: BrowserContextOptions): Promise<Dweller> => {
    const one = await visitor(more);
    const call = async <T>(path: string, what: unknown = {}): Promise<T> => {
      const response = await one.context.request.post(`${url}api/${path}`, { data: what });
      const answer = (await response.json()) as Envelope<T>;
      if (!answer.ok) throw new Error(`${path} answered ${response.status()} ${JSON.stringify(answer.error)}`);
      return answer.data;
    };
    const { user } = await call<{ user: Me }>(name, input);
    return { ...one, me: user, call };
  };

  const house: House = {
    url,
    get server() {
      return server;
    },
    data,
    visitor,
    founder: async (name, more) =>
      (founder = await enter(
        'auth/setup',
        { name, email: emailOf(name), password: PASSWORD, teamName: TEAM, locale: 'en' },
        more,
      )),
    async join(name, role = 'member', more) {
      if (!founder) throw new Error('Nobody can invite yet');
      const { code } = await founder.call<Invite>('people/invite', { role });
      return enter('people/acceptInvite', { code, name, email: emailOf(name), password: PASSWORD, locale: 'en' }, more);
    },
    async kill() {
      await server.end('SIGKILL');
    },
    async start() {
      server = await start(server.port);
    },
  };

  try {
    await story(house);
  } catch (error) {
    const seen = await Promise.all(visitors.map(async ({ page, faults }) => [await sight(page), ...faults].join('\n')));
    const output = server.output().split('\n').slice(-20).join('\n');
    throw new Error([(error as Error).message, ...seen, output].join('\n\n── '), { cause: error });
  } finally {
    await Promise.all(visitors.map(({ context }) => context.close()));
    await server.end('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  }
  const faults = visitors.flatMap((one) => one.faults);
  if (faults.length > 0) throw new Error(`Pages did what they must not:\n${faults.join('\n')}`);
}
