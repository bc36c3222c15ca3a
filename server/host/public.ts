import { fail, NotFound } from '@shared/kernel/errors.ts';
import type { Result } from '@shared/kernel/result.ts';
import { ModuleCrashed, NoPage } from '@shared/modules/errors.ts';
import type { Consumer } from '../hub/consumers.ts';
import type { Hub } from '../hub/hub.ts';
import type { Context, RequestInfo } from '../modules/context.ts';
import type { Registry } from '../modules/registry.ts';
import type { Repeats } from '../modules/repeats.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { Broadcast } from './broadcast.ts';
import type { Life } from './life.ts';
import type { Rest } from './life-options.ts';
import { startListeners } from './listeners.ts';
import { createOwnEvents } from './own-events.ts';
import type { PageOrigin } from './pages/build-page.ts';
import type { Pages } from './pages/pages.ts';
import { startSchedules } from './schedules.ts';
import type { ModuleEvent } from './sdk/context.ts';
import { serviceOf } from './service.ts';
import type { Version } from './version.ts';

export type ModulePages = Pick<Pages, 'load' | 'unload' | 'open' | 'problem' | 'close'>;

export interface PublicOptions {
  clock: Clock;
  log: Logger;
  hub: Pick<Hub, 'consume' | 'publish' | 'rulerOf'>;
  registry: () => Registry;
  /** Answers calls again that were repeated with their keys. */
  repeats: Repeats;
  pages: ModulePages;
  /** The request that a module's own calls belong to. */
  ownRequest: (module: string) => RequestInfo;
  dataOf: (id: string) => string;
  /** Another page is shown from now on, or it is known why not. */
  bundled: (life: Life) => void;
}

/** What is there of a module while it serves: its functions, its page, its schedules, its ears. */
interface Presence {
  schedules?: { stop(): void };
  listeners?: Consumer;
  broadcast: Broadcast;
  isMounted: boolean;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** How modules meet the world: what begins when one serves, and ends when it rests. */
export class Public {
  readonly #options: PublicOptions;
  readonly #presences = new Map<string, Presence>();
  /** Channels of modules that anybody receives. */
  readonly #occupied = new Set<string>();
  readonly #stopping = new Set<Promise<void>>();

  constructor(options: PublicOptions) {
    this.#options = options;
  }

  serves(life: Life, { description, folder }: Version): void {
    const { registry, pages, dataOf, clock, repeats } = this.#options;
    const { id, page, schedules, channel } = description;
    let presence = this.#presences.get(id);
    if (!presence) this.#presences.set(id, (presence = { isMounted: false, broadcast: this.#broadcast(life) }));
    registry().mount(serviceOf(description, () => life.enter(), repeats));
    presence.isMounted = true;
    presence.schedules?.stop();
    presence.schedules = startSchedules({
      schedules,
      clock,
      run: (name) => this.#runSchedule(life, name),
      skipped: (name) => life.log.add('warn', 'host', `The schedule ${name} was due, but its last run is not over`),
    });
    this.#listen(life, presence);
    presence.broadcast.of(channel?.stream ?? null);
    if (page === null) pages.unload(id);
    else void this.#bundle(life, { id, folder, page, dataFolder: dataOf(id) });
  }

  /** An address of the module's page, once that is bundled. */
  async openPage({ identity }: Context, life: Life): ReturnType<Pages['open']> {
    if (!life.version) return life.refusal();
    if (life.version.description.page === null) return fail(NoPage);
    return this.#options.pages.open(identity, life.id);
  }

  rests({ id }: Life, why: Rest): void {
    const presence = this.#presences.get(id);
    if (!presence?.isMounted) return;
    presence.isMounted = false;
    this.#options.registry().unmount(id);
    presence.schedules?.stop();
    delete presence.schedules;
    presence.broadcast.of(null);
    if (why === 'retrying') return;
    // What happens while it is off is not its business; what happens while the server is off is.
    this.#deafen(presence, why === 'disabled');
    if (why !== 'stopped') this.#options.pages.unload(id);
  }

  /** Somebody receives a module's channel from now on, or nobody any more. */
  occupied(channel: string, isOccupied: boolean): void {
    if (isOccupied) this.#occupied.add(channel);
    else this.#occupied.delete(channel);
    this.#presences.get(channel.slice('module:'.length))?.broadcast.occupied(isOccupied);
  }

  /** Why the newest page is not shown. */
  pageProblem(id: string): string | undefined {
    return this.#options.pages.problem(id);
  }

  /** Resolves when nothing is delivered any more. */
  async stop(): Promise<void> {
    for (const presence of this.#presences.values()) this.#deafen(presence, false);
    await Promise.all([...this.#stopping, this.#options.pages.close()]);
  }

  async #bundle(life: Life, origin: PageOrigin): Promise<void> {
    const { pages, bundled } = this.#options;
    const isAnother = await pages.load(origin).catch((error: unknown) => {
      life.log.add('error', 'host', `Its page does not load: ${messageOf(error)}`);
      return true;
    });
    if (isAnother) bundled(life);
  }

  async #runSchedule(life: Life, name: string): Promise<void> {
    const entered = await life.enter();
    // Off, or between two starts: the next time is planned already.
    if (!entered.ok) return;
    const done = await entered.data
      .alone<void>((instance) => instance.runSchedule(name))
      .catch((error: unknown) => fail(ModuleCrashed, { reason: messageOf(error) }));
    if (!done.ok) life.log.add('error', 'host', `The schedule ${name} failed: ${done.error.message}`);
  }

  #broadcast(life: Life): Broadcast {
    const { clock, hub, registry, ownRequest } = this.#options;
    const { id, log } = life;
    const broadcast = new Broadcast({
      clock,
      open(stream, signal) {
        const through = { module: id, scopes: life.scopes(), acts: true };
        return registry().stream({ through, request: ownRequest(id), signal }, id, stream, {});
      },
      publish: createOwnEvents({ id, registry, log, publish: hub.publish }),
    });
    broadcast.occupied(this.#occupied.has(`module:${id}`));
    return broadcast;
  }

  #listen(life: Life, presence: Presence): void {
    const listening = (): readonly string[] => life.description?.listeners ?? [];
    if (listening().length === 0) return this.#deafen(presence, true);
    presence.listeners ??= startListeners({
      hub: this.#options.hub,
      id: life.id,
      events: listening,
      scopes: () => life.scopes(),
      deliver: (event) => this.#deliver(life, event),
      gaveUp: ({ event, seq }, reason) =>
        life.log.add('error', 'host', `It cannot handle the event ${event} (${seq}), which is left out now: ${reason}`),
    });
  }

  async #deliver(life: Life, event: ModuleEvent): Promise<Result<void>> {
    const entered = await life.enter();
    // Not handled: the journal brings it again.
    if (!entered.ok) throw new Error(entered.error.message);
    if (!entered.data.description.listeners.includes(event.event)) return fail(NotFound);
    return entered.data.alone((instance) => instance.deliver(event));
  }

  #deafen(presence: Presence, forGood: boolean): void {
    const { listeners } = presence;
    if (!listeners) return;
    delete presence.listeners;
    const stopped = (forGood ? listeners.forget() : listeners.stop())
      .catch((error: unknown) => this.#options.log.error('a module’s listeners did not stop', { error }))
      .then(() => void this.#stopping.delete(stopped));
    this.#stopping.add(stopped);
  }
}
