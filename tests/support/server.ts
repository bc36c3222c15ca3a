import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Envelope } from '@shared/kernel/result.ts';
import type { Me, Role } from '@shared/people/schema.ts';
import type { App, AppOptions } from '../../server/app.ts';
import type { Config } from '../../server/config.ts';
import type { ServerModule } from '../../server/modules/module.ts';
import type { Clock } from '../../server/platform/clock.ts';
import { createLogger } from '../../server/platform/log.ts';
import { startServer } from '../../server/serve.ts';

export interface Answer<T = any> {
  status: number;
  headers: Headers;
  body: Envelope<T>;
}

/** Somebody signed in: what they call carries their token. */
export interface Person {
  user: Me;
  token: string;
  /** `name=value; …` of every cookie that the sign-in set. */
  cookies: string;
  call<T = any>(path: string, input?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  /** The data of a call that must succeed. */
  get<T = any>(path: string, input?: unknown): Promise<T>;
}

export interface TestServer {
  readonly app: App;
  /** With the base path and a trailing slash. */
  readonly url: string;
  readonly data: string;
  /** Everything logged so far, as JSON lines. */
  readonly log: string[];
  call<T = any>(path: string, input?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  /** The first admin; sets the team up when called first. */
  admin(): Promise<Person>;
  /** Somebody who came by an invitation. */
  join(name: string, role?: Role): Promise<Person>;
  signIn(email: string, password: string): Promise<Person>;
  /** Closes the server and starts another on the same folder and port; what `meanwhile` does finds the folder free. */
  restart(meanwhile?: () => void): Promise<void>;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  config?: Partial<Config>;
  clock?: Clock;
  modules?: readonly ServerModule[];
  limits?: AppOptions['limits'];
}

export const PASSWORD = 'a long enough password';

/** Hashing that takes no time: strength is not what these tests look at. */
const cheap = { memoryCost: 8, timeCost: 1 };

const cookiesOf = (headers: Headers): string =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

/** A real server on a loopback port and a folder of its own. */
export async function startTestServer({ config, clock, modules, limits }: TestServerOptions = {}): Promise<TestServer> {
  const data = mkdtempSync(join(tmpdir(), 'hearth-server-'));
  const log: string[] = [];
  const start = (port: number) =>
    startServer({
      config: {
        port,
        host: '127.0.0.1',
        data,
        basePath: '',
        trustedProxies: [],
        trustedModules: [],
        moduleMemory: 1024,
        moduleInstances: 4,
        logLevel: 'debug',
        logFormat: 'json',
        ...config,
      },
      log: createLogger({ level: 'debug', format: 'json', write: (line) => log.push(line), now: Date.now }),
      passwordCost: cheap,
      ...(clock ? { clock } : {}),
      ...(modules ? { modules } : {}),
      ...(limits ? { limits } : {}),
    });
  let server = await start(0);
  const url = `http://127.0.0.1:${server.port}${config?.basePath ?? ''}/`;

  const call = async (path: string, input: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(`${url}api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(input),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Envelope<any> };
  };

  const personOf = ({ headers, body }: Answer): Person => {
    if (!body.ok) throw new Error(`Nobody was signed in: ${body.error.code}`);
    const { user, token } = body.data;
    const mine = (path: string, input?: unknown, more: Record<string, string> = {}) =>
      call(path, input, { authorization: `Bearer ${token}`, ...more });
    return {
      user,
      token,
      cookies: cookiesOf(headers),
      call: mine,
      async get(path, input) {
        const answer = await mine(path, input);
        if (!answer.body.ok) throw new Error(`${path} failed: ${JSON.stringify(answer.body.error)}`);
        return answer.body.data;
      },
    };
  };

  let first: Person | undefined;
  const admin = async (): Promise<Person> =>
    (first ??= personOf(
      await call('auth/setup', { name: 'Ada', email: 'ada@example.org', password: PASSWORD, teamName: 'Team' }),
    ));

  return {
    get app() {
      return server.app;
    },
    url,
    data,
    log,
    call,
    admin,
    async join(name, role = 'member') {
      const { code } = await (await admin()).get('people/invite', { role });
      const email = `${name.toLowerCase()}@example.org`;
      return personOf(await call('people/acceptInvite', { code, name, email, password: PASSWORD }));
    },
    signIn: async (email, password) => personOf(await call('auth/signIn', { email, password })),
    async restart(meanwhile) {
      await server.close();
      meanwhile?.();
      server = await start(server.port);
    },
    async stop() {
      await server.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
