import { join } from 'node:path';
import type { Envelope } from '@shared/kernel/result.ts';
import { METRICS_CHANNEL } from '@shared/metrics/events.ts';
import { type Auth, createAccounts, createAuth, type PasswordCost } from './auth/auth.ts';
import { createChat } from './chat/chat.ts';
import type { Config } from './config.ts';
import { createHosting } from './host/hosting.ts';
import type { HubLimits } from './hub/admission.ts';
import { createHub, type RunningHub } from './hub/create-hub.ts';
import { hubModule, observe } from './hub/module.ts';
import { mountHub } from './hub/mount.ts';
import { mountMetrics } from './hub/mount-metrics.ts';
import { metricsPage } from './hub/prometheus.ts';
import { Statistics } from './hub/statistics.ts';
import { createMetrics, thisMachine } from './metrics/metrics.ts';
import { metricsModule } from './metrics/module.ts';
import { cookieNames, createCallerOf } from './modules/caller.ts';
import { pruneKeys } from './modules/idempotency.ts';
import type { RequestInfo } from './modules/context.ts';
import { LiveSessions } from './modules/live-sessions.ts';
import type { ServerModule } from './modules/module.ts';
import { createFunctions } from './modules/functions.ts';
import { mountPages } from './modules/mount-pages.ts';
import { mountSocket } from './modules/mount-socket.ts';
import { mountSse } from './modules/mount-sse.ts';
import { createRegistry, type Registry } from './modules/registry.ts';
import { createRespond } from './modules/respond.ts';
import { createRoutes } from './modules/routes.ts';
import { createUploads } from './modules/uploads.ts';
import { createPeople } from './people/people.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { type DataFolder, openDataFolder } from './platform/data-folder.ts';
import { type Db, type DbOptions, openDb } from './platform/db/db.ts';
import { migrationsFolder } from './platform/db/migrations-folder.ts';
import { keepHighWater } from './platform/high-water.ts';
import type { Handle } from './platform/http/arrival.ts';
import { createAssets } from './platform/http/assets.ts';
import { createJwt } from './platform/http/jwt.ts';
import { publicFolder } from './platform/http/public-folder.ts';
import type { HttpServer } from './platform/http/server.ts';
import { createIds } from './platform/ids.ts';
import { createTemporaryFiles } from './platform/temporary-files.ts';
import type { Logger } from './platform/log.ts';
import { version } from './version.ts';

const HOUR = 60 * 60 * 1000;
/** How much of each channel's past can be recovered. */
const KEEP_EVENTS = 5000;
const KEEP_FOR = 72 * HOUR;

// For the command line, which knows no domain.
export { examineModules, type ModuleExamination } from './host/examine.ts';

export interface AppOptions {
  config: Config;
  log: Logger;
  clock?: Clock;
  /** 0 ≤ x < 1; spreads clients, guards nothing. */
  random?: () => number;
  /** Cheaper in tests. */
  passwordCost?: PasswordCost;
  /** Other than `hubLimits`. */
  limits?: Partial<HubLimits>;
  /** Modules beside the built-in ones. */
  modules?: readonly ServerModule[];
  /** Given the connection that writes, by those who try what a full disk does. */
  onDatabase?: DbOptions['onOpen'];
}

/** Hearth on one data folder: everything but the listening. */
export interface App {
  readonly registry: Registry;
  readonly hub: RunningHub;
  readonly folder: DataFolder;
  readonly auth: Auth;
  readonly handle: Handle;
  /** Calls a function as the machine's own administrator. */
  callAsSystem(module: string, fn: string, input: unknown): Promise<Envelope<unknown>>;
  /** Takes traffic from this server. */
  attach(server: HttpServer): void;
  /** A consistent copy of the database. */
  snapshot(file: string): void;
  /** Sends clients away, finishes what runs, closes the server and everything else. Closing again changes nothing. */
  close(): Promise<void>;
}

const openDatabase = (
  { log, clock = systemClock, onDatabase }: AppOptions,
  folder: DataFolder,
  statistics: Statistics,
): Db =>
  openDb({
    file: folder.paths.database,
    migrations: migrationsFolder(),
    backupFile: () => join(folder.paths.folder, `hearth.db.before-migration-${clock.now()}`),
    onEffectError: (error) => log.error('an effect after a commit failed', { error }),
    onCommit: (writes, milliseconds) => statistics.committed(writes, milliseconds),
    onOpen: onDatabase,
  });

/** Builds Hearth. Throws DataFolderError, NewerDatabaseError or SQLite's error; whatever was opened is closed again. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, clock = systemClock } = options;
  const ids = createIds(clock);
  const statistics = new Statistics(clock.now());
  const folder = openDataFolder({ folder: config.data, create: true, ids });
  let db: Db;
  try {
    db = openDatabase(options, folder, statistics);
  } catch (error) {
    folder.close();
    throw error;
  }
  try {
    return await compose(options, folder, db, statistics);
  } catch (error) {
    await db.close();
    folder.close();
    throw error;
  }
}

async function compose(options: AppOptions, folder: DataFolder, db: Db, statistics: Statistics): Promise<App> {
  const { config, log, clock = systemClock, random = Math.random, passwordCost, modules: extra = [] } = options;
  const ids = createIds(clock);
  const { instanceId, jwtKey, moduleKey } = folder.secrets;
  const checkOutput = process.env.NODE_ENV !== 'production';
  const temporary = createTemporaryFiles({ folder: folder.paths.temporary, clock, ids });
  const assets = createAssets({ basePath: config.basePath });
  const live = new LiveSessions(clock);
  const failed = (error: unknown): void => log.error('work in the background failed', { error });

  const hub = await createHub({
    db,
    clock,
    ids,
    log,
    random,
    live,
    version,
    build: assets.build,
    statistics,
    limits: options.limits,
    highWater: folder.highWater.read(),
    // The hub serves auth's own functions, so auth comes after it.
    authenticator: {
      verifyToken: (token) => auth.authenticator.verifyToken(token),
      redeemTicket: (ticket, origin) => auth.authenticator.redeemTicket(ticket, origin),
    },
  });
  const jwt = createJwt({ secret: jwtKey, instance: instanceId, clock });
  const accounts = createAccounts({ db, hub, clock, ids, jwt, ...(passwordCost ? { cost: passwordCost } : {}) });
  const people = createPeople({ db, hub, clock, ids, accounts, welcome: (tx, user) => chat.welcome(tx, user) });
  const chat = createChat({ db, hub, clock, ids, people, failed });
  const auth = createAuth({
    db,
    hub,
    clock,
    ids,
    log,
    accounts,
    people,
    founded: (tx, user, _teamName, locale) => chat.found(tx, user.id, locale === 'de' ? 'Allgemein' : 'General'),
  });
  const metrics = createMetrics({
    clock,
    failed,
    machine: thisMachine(clock, folder.paths.folder),
    publish: (sample) => hub.publish(METRICS_CHANNEL, 'system_metrics', sample),
  });

  const ownRequest = (userAgent = ''): RequestInfo => ({
    requestId: ids.next('req'),
    ip: '',
    userAgent,
    headers: {},
    transport: 'control',
    baseUrl: config.publicUrl?.href ?? `http://localhost:${config.port}${config.basePath}/`,
    local: true,
  });
  const host = await createHosting({
    db,
    clock,
    log,
    hub,
    registry: () => registry,
    folder: folder.paths.folder,
    basePath: config.basePath,
    moduleKey,
    checkOutput,
    trustedIds: config.trustedModules,
    most: { memory: config.moduleMemory, instances: config.moduleInstances },
    ownRequest: (id) => ownRequest(`module ${id}`),
    notifyAdmins: chat.notifyAdmins,
  });

  const modules: ServerModule[] = [
    auth.module,
    people.module,
    chat.module,
    metricsModule(metrics),
    host.module,
    ...extra,
  ];
  let server: HttpServer | undefined;
  const requests = (): Record<string, number> => server?.requests() ?? {};
  modules.push(hubModule({ hub, modules: () => modules, live, clock, requests }));
  const registry = createRegistry({ db, clock, log, modules, checkOutput });
  registry.explain(host.refusal);
  hub.serve(registry);
  for (const module of modules) await module.start?.();

  let draining = false;
  const ready = (): boolean => server !== undefined && !draining;
  const cookies = cookieNames(instanceId);
  const respond = createRespond({ registry, cookies, basePath: config.basePath });
  const handle = createRoutes({
    registry,
    basePath: config.basePath,
    version,
    assets,
    ready,
    log,
    outside: [await publicFolder({ folder: join(folder.paths.folder, 'public'), prefix: `${config.basePath}/public` })],
    mounts: (arrivalOf) => {
      const callerOf = createCallerOf({
        authenticator: auth.authenticator,
        cookies,
        scopesOf: host.scopesOf,
      });
      const uploads = createUploads({ temporary, clock, log });
      const mount = { registry, callerOf, arrivalOf, respond, uploads, live, clock, ids, log };
      const routes = [
        mountSse(mount),
        mountSocket(mount),
        mountPages({ arrivalOf, respond: host.pages.respond }),
        mountHub({ hub, callerOf, arrivalOf, statistics, ready }),
        mountMetrics({
          arrivalOf,
          token: config.metricsToken ?? folder.secrets.metricsToken,
          read: () => metricsPage(observe({ hub, live, requests }), { version, build: assets.build }),
        }),
      ];
      return { functions: createFunctions(mount), routes };
    },
  });

  const marking = keepHighWater({
    highWater: folder.highWater,
    read: () => ({ epoch: hub.journal.epoch, seq: hub.journal.seq }),
    clock,
    log,
  });
  const pruning = clock.setInterval(() => {
    temporary.prune().catch(failed);
    pruneKeys(db, clock).catch(failed);
    hub.journal.prune(KEEP_EVENTS, KEEP_FOR).catch(failed);
  }, HOUR);

  const close = async (): Promise<void> => {
    draining = true;
    await hub.drain();
    await server?.close(3000);
    hub.stop();
    pruning.cancel();
    for (const module of modules.toReversed()) await module.stop?.();
    host.close();
    await db.idle();
    marking.stop();
    await db.close();
    folder.close();
  };
  let closing: Promise<void> | undefined;

  return {
    registry,
    hub,
    folder,
    auth,
    handle,
    async callAsSystem(module, fn, input) {
      const request = ownRequest();
      const { requestId } = request;
      const caller = { system: true, signal: new AbortController().signal, request } as const;
      const outcome = await registry.call(caller, module, fn, input);
      return outcome.ok ? { ok: true, data: outcome.data, requestId } : { ok: false, error: outcome.error, requestId };
    },
    attach(given) {
      server = given;
      hub.listen(given.server);
      given.use(handle);
      given.openControl(folder.paths.socket);
      host.run(given.server);
    },
    snapshot: (file) => db.snapshot(file),
    close: () => (closing ??= close()),
  };
}
