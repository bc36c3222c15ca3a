import type { contracts, Contracts } from '@shared/contracts.ts';
import type { FunctionNames, InputOf, OutputOf } from '@shared/kernel/contract.ts';
import type { Me, Role } from '@shared/people/schema.ts';
import { createAccounts, createAuth, type PasswordCost } from '../../server/auth/auth.ts';
import { openJournal } from '../../server/hub/journal.ts';
import type { Identity, VerbResult } from '../../server/modules/identity.ts';
import { type Caller, createRegistry } from '../../server/modules/registry.ts';
import { createPeople } from '../../server/people/people.ts';
import { createJwt } from '../../server/platform/http/jwt.ts';
import { createIds } from '../../server/platform/ids.ts';
import { createLogger } from '../../server/platform/log.ts';
import { TestClock } from './clock.ts';
import { openTestDb } from './db.ts';

export const jwtKey = new Uint8Array(32).fill(7);
export const instance = 'hearth-test';
export const password = 'correct horse battery';

type Modules = Pick<Contracts, 'auth' | 'people'>;
type Functions<M extends keyof Modules> = FunctionNames<Modules[M]['definitions']> & string;

/** Who calls, and from where: a stranger at 192.0.2.1 unless told. */
export interface Who {
  identity?: Identity;
  system?: true;
  refreshToken?: string;
  ip?: string;
  userAgent?: string;
  local?: boolean;
  key?: string;
}

/** Somebody signed in, as the browser would hold it. */
export interface SignedInPerson {
  user: Me;
  token: string;
  refreshToken: string;
  identity: Identity;
}

export interface SceneOptions {
  cost?: PasswordCost;
  hashesAtOnce?: number;
}

/** The two domains on a real database and journal, called through the registry, with what they ask of the hub noted. */
export async function openScene({ cost = { memoryCost: 8, timeCost: 1 }, hashesAtOnce = 4 }: SceneOptions = {}) {
  const store = openTestDb();
  const { db } = store;
  const clock = new TestClock();
  const ids = createIds(clock);
  /** `<channel> <event>` of each event, in order; ephemeral ones are marked. */
  const events: string[] = [];
  const payloads: unknown[] = [];
  const endedSessions: string[] = [];
  const extended: { sessionId: string; expiresAt: number }[] = [];
  const online = new Set<string>();
  const log: string[] = [];
  const welcomed: string[] = [];
  const founded: { userId: string; teamName: string; locale: string }[] = [];

  const journal = await openJournal({
    db,
    clock,
    ids,
    publish: ({ channel, event, payload }) => {
      events.push(`${channel} ${event}`);
      payloads.push(JSON.parse(payload));
    },
    failed: (error) => void log.push(String(error)),
  });
  const hub = {
    journal,
    publish: (channel: string, event: string, payload: unknown) => {
      events.push(`${channel} ${event} (ephemeral)`);
      payloads.push(payload);
    },
    isOnline: (userId: string) => online.has(userId),
    endSession: (sessionId: string) => void endedSessions.push(sessionId),
    extendSession: (sessionId: string, expiresAt: number) => void extended.push({ sessionId, expiresAt }),
  };
  const logger = createLogger({ level: 'debug', format: 'json', write: (line) => log.push(line), now: clock.now });
  const jwt = createJwt({ secret: jwtKey, instance, clock });

  const build = () => {
    const accounts = createAccounts({ db, hub, clock, ids, jwt, cost, hashesAtOnce });
    const people = createPeople({
      db,
      hub,
      clock,
      ids,
      accounts,
      welcome: (_, user) => void welcomed.push(user.id),
    });
    const auth = createAuth({
      db,
      hub,
      clock,
      ids,
      log: logger,
      accounts,
      people,
      founded: (_, user, teamName, locale) => void founded.push({ userId: user.id, teamName, locale }),
    });
    const modules = [auth.module, people.module];
    return { people, auth, registry: createRegistry({ db, clock, log: logger, modules, checkOutput: true }) };
  };
  let { people, auth, registry } = build();
  await auth.module.start?.();

  const callerOf = ({ identity, system, refreshToken, ip, userAgent, local }: Who): Caller => ({
    ...(identity ? { identity } : {}),
    ...(system ? { system } : {}),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    signal: new AbortController().signal,
    request: {
      requestId: 'req-1',
      ip: ip ?? '192.0.2.1',
      userAgent: userAgent ?? 'Test/1.0',
      headers: {},
      transport: 'http',
      baseUrl: 'https://hearth.test/base/',
      local: local ?? false,
    },
  });

  const call = async <M extends keyof Modules, F extends Functions<M>>(
    module: M,
    name: F,
    input: InputOf<Modules[M]['definitions'][F]>,
    who: Who = {},
  ): Promise<VerbResult<OutputOf<Modules[M]['definitions'][F]>>> =>
    (await registry.call(
      callerOf(who),
      module,
      name,
      input,
      who.key === undefined ? {} : { key: who.key },
    )) as VerbResult<OutputOf<Modules[M]['definitions'][F]>>;

  /** The person a call signed in; throws when it did not. */
  const signedIn = async (
    result: VerbResult<OutputOf<typeof contracts.auth.definitions.signIn>>,
  ): Promise<SignedInPerson> => {
    if (!result.ok) throw new Error(`Not signed in: ${result.error.code}`);
    if (result.session?.kind !== 'issue') throw new Error('Signed in without a session');
    const identity = await auth.authenticator.verifyToken(result.data.token);
    if (!identity) throw new Error('Signed in with a worthless token');
    return { user: result.data.user, token: result.data.token, refreshToken: result.session.refreshToken, identity };
  };

  const setup = (email = 'ada@example.org') =>
    call('auth', 'setup', { name: 'Ada', email, password, teamName: 'Analysts' }, { local: true });

  return {
    ...store,
    clock,
    journal,
    events,
    payloads,
    endedSessions,
    extended,
    online,
    log,
    welcomed,
    founded,
    call,
    signedIn,
    setup,
    get auth() {
      return auth;
    },
    get people() {
      return people;
    },
    /** The team with its first admin. What happened so far is forgotten. */
    async found(): Promise<SignedInPerson> {
      const ada = await signedIn(await setup());
      events.length = 0;
      payloads.length = 0;
      return ada;
    },
    /** Another person, signed in. */
    async person(name: string, role: Role = 'member'): Promise<SignedInPerson> {
      const email = `${name.toLowerCase()}@example.org`;
      const added = await call('people', 'add', { name, email, password, role }, { system: true });
      if (!added.ok) throw new Error(added.error.code);
      const person = await signedIn(await call('auth', 'signIn', { email, password }));
      events.length = 0;
      payloads.length = 0;
      return person;
    },
    /** The process ends and another one starts on the same database. */
    async restart(): Promise<void> {
      await auth.module.stop?.();
      await people.module.stop?.();
      ({ people, auth, registry } = build());
      await auth.module.start?.();
    },
    async close(): Promise<void> {
      await auth.module.stop?.();
      await people.module.stop?.();
      await store.remove();
    },
  };
}

export type Scene = Awaited<ReturnType<typeof openScene>>;

/** The code of a failed result; undefined when it succeeded. */
export const codeOf = (result: VerbResult<unknown>): string | undefined => (result.ok ? undefined : result.error.code);
