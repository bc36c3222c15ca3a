import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { modules as contract } from '@shared/modules/contract.ts';
import type { ModuleState } from '@shared/modules/schema.ts';
import type { RunningHub } from '../hub/create-hub.ts';
import type { TopicServer } from '../hub/broker.ts';
import type { RequestInfo } from '../modules/context.ts';
import type { ServerModule } from '../modules/module.ts';
import type { Refusal, Registry } from '../modules/registry.ts';
import { createRepeats } from '../modules/repeats.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Db } from '../platform/db/db.ts';
import type { Logger } from '../platform/log.ts';
import { type ModuleSource, scanFolder } from './folders.ts';
import type { Launcher, LaunchOptions } from './instance.ts';
import { Life } from './life.ts';
import { createLoader, type ModulePaths } from './loader.ts';
import { modulesModule } from './module.ts';
import { type ModulePages, Public } from './public.ts';
import { openRecords } from './records.ts';
import { createSeals } from './secrets.ts';
import { plainSettings, secretTexts } from './settings.ts';
import { watchFolder } from './watch.ts';

export type { ModulePages } from './public.ts';

/** Milliseconds between looks for instances that have nothing to do. */
const SWEEP = 1000;

export interface HostOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  hub: Pick<RunningHub, 'journal' | 'publish' | 'consume' | 'rulerOf'>;
  registry: () => Registry;
  /** The data folder. */
  folder: string;
  /** Seals secret settings. */
  moduleKey: Uint8Array;
  /** Starts modules in processes of their own. */
  isolated: Launcher;
  /** Starts modules in this process. */
  trusted: Launcher;
  /** Ids of modules that are started in this process. */
  trustedIds: readonly string[];
  most: LaunchOptions['most'] & { instances: number };
  /** Modules that come with Hearth, unless the team has one of the same name. */
  shipped: readonly Pick<ModuleSource, 'id' | 'folder'>[];
  pages: ModulePages;
  ownRequest: (module: string) => RequestInfo;
  /** Tells the team's admins where they read it. */
  notifyAdmins: (code: string, params: Record<string, string>) => Promise<void>;
}

/** The host of users' modules. */
export interface Host {
  readonly module: ServerModule<typeof contract>;
  /** What calls are answered that no module serves. */
  readonly refusal: Refusal;
  /** The scopes that a module has which serves; undefined for others. */
  scopesOf(id: string): ReadonlySet<string> | undefined;
  /** Starts the modules that are switched on, and watches their folders. Sends to rooms of sockets through the server. */
  run(server: TopicServer): void;
}

const pathsIn = (folder: string): ModulePaths => ({
  modules: join(folder, 'modules'),
  data: join(folder, 'module-data'),
  running: join(folder, 'modules-run'),
});

export async function createHost(options: HostOptions): Promise<Host> {
  const { db, clock, log, hub, registry, moduleKey, isolated, trusted, trustedIds, most, shipped, pages } = options;
  const paths = pathsIn(options.folder);
  const records = await openRecords(db, clock);
  const seals = createSeals(moduleKey);
  const lives = new Map<string, Life>();
  const builtIn = new Set<string>();
  const misnamed = new Set<string>();
  let server: TopicServer | undefined;
  let watching: { stop(): void } | undefined;
  let sweeping: Timer | undefined;
  const isTrusted = (id: string): boolean => trustedIds.includes(id);

  const announce = (id: string, state: ModuleState): void => {
    if (server) hub.publish('global', 'module_changed', { id, state });
  };
  const face = new Public({
    clock,
    log,
    hub,
    registry,
    ownRequest: options.ownRequest,
    repeats: createRepeats(db, clock, (error) => log.error('an answer could not be remembered', { error })),
    pages,
    dataOf: (id) => join(paths.data, id),
    bundled: ({ id, state }) => announce(id, state),
  });
  const loader = createLoader({
    paths,
    clock,
    most,
    launcherOf: (id) => (isTrusted(id) ? trusted : isolated),
    surroundings: {
      registry,
      publish: hub.publish,
      broadcast: (topic, text) => void server?.publish(topic, text, false),
      ownRequest: options.ownRequest,
    },
  });

  const lifeOf = (id: string): Life => {
    let life = lives.get(id);
    if (!life)
      lives.set(
        id,
        (life = new Life({
          id,
          clock,
          log,
          loader,
          record: () => records.get(id),
          openSettings: (stored) => ({
            values: plainSettings(id, stored, seals),
            secrets: secretTexts(id, stored, seals),
          }),
          storeDatabase: (database) =>
            db.write(async (tx) => {
              await records.change(tx, id, { database });
            }),
          isRunning: () => server !== undefined,
          events: {
            changed({ state, reason }) {
              log[state === 'failed' || state === 'retrying' ? 'warn' : 'info']('a module changed', {
                module: id,
                state,
                ...(reason === null ? {} : { reason }),
              });
              announce(id, state);
            },
            serves: (served, version) => face.serves(served, version),
            rests: (rested, why) => face.rests(rested, why),
            gaveUp({ description, log: lines }, why) {
              const told = { id, title: description?.title ?? id, reason: lines.cleaned(why) };
              options.notifyAdmins('module_failed', told).catch((error) => {
                log.error('the admins could not be told of a module', { module: id, error });
              });
            },
          },
        })),
      );
    return life;
  };

  const arrive = (life: Life, source: ModuleSource): void =>
    void life.found(source).catch(() => {
      // Told by the life itself.
    });

  /** The team's own modules as they were seen last: folders are people's, and while one reads them, anything may happen. */
  let own: readonly ModuleSource[] = [];

  /** What lies in the folders now, a team's own module before a shipped one. */
  const scan = (): Map<string, ModuleSource> => {
    try {
      const found = scanFolder(paths.modules, (id) => builtIn.has(id));
      own = found.sources;
      for (const name of found.misnamed)
        if (!misnamed.has(name)) {
          misnamed.add(name);
          log.warn('a folder cannot be a module: its name has to be of lower-case letters, digits and hyphens', {
            name,
          });
        }
    } catch (error) {
      log.error('the folder of modules cannot be read', { error });
    }
    return new Map([
      ...shipped.map(({ id, folder }): [string, ModuleSource] => [id, { id, folder, shipped: true }]),
      ...own.map((source): [string, ModuleSource] => [source.id, source]),
    ]);
  };

  /** Brings the lives up to date with the folders; `touched`: those in which something has changed. */
  const update = (touched: ReadonlySet<string> | 'all'): void => {
    const sources = scan();
    for (const life of lives.values()) if (life.source && !sources.has(life.id)) life.left();
    for (const source of sources.values()) {
      const life = lifeOf(source.id);
      const isSame = life.source?.folder === source.folder && life.source.problem === source.problem;
      if (!isSame || touched === 'all' || (touched.has(source.id) && !source.shipped)) arrive(life, source);
    }
  };

  const module = modulesModule({
    clock,
    hub,
    records,
    seals,
    registry,
    face,
    isTrusted,
    isRunning: () => server !== undefined,
    lives: () => [...lives.values()].filter(({ source }) => source !== undefined),
    start() {
      for (const { contract: mounted } of registry().modules) builtIn.add(mounted.name);
      for (const source of scan().values()) lifeOf(source.id).lies(source);
    },
    async stop() {
      watching?.stop();
      sweeping?.cancel();
      await Promise.all([...lives.values()].map((life) => life.stop()));
      await face.stop();
    },
  });

  return {
    module,
    refusal(id) {
      const life = lives.get(id);
      return life?.source && life.refusal();
    },
    scopesOf(id) {
      const life = lives.get(id);
      return life?.version && life.scopes();
    },
    run(given) {
      server = given;
      // What a process left there that was killed.
      rmSync(paths.running, { recursive: true, force: true });
      try {
        mkdirSync(paths.modules, { recursive: true, mode: 0o700 });
      } catch (error) {
        log.error('the folder of modules cannot be made', { error });
      }
      for (const life of lives.values())
        if (life.source && (life.isEnabled || life.source.problem !== undefined)) arrive(life, life.source);
      update(new Set());
      watching = watchFolder({
        folder: paths.modules,
        clock,
        changed: update,
        replaced: () => update('all'),
        failed: (error) =>
          log.warn('changes of modules are not noticed: switch one off and on to load it again', { error }),
      });
      sweeping = clock.setInterval(() => {
        for (const life of lives.values()) life.endIdle();
      }, SWEEP);
    },
  };
}
