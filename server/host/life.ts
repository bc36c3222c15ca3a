import { type CloseCode, closeCodes } from '@shared/hub/close-codes.ts';
import { type ErrorDef, fail } from '@shared/kernel/errors.ts';
import { type Awaitable, type Err, ok, type Result } from '@shared/kernel/result.ts';
import { ModuleDisabled, ModuleFailed, ModuleUnavailable } from '@shared/modules/errors.ts';
import type { ModuleState } from '@shared/modules/schema.ts';
import { Candidate, unwanted } from './candidate.ts';
import { Departures } from './departures.ts';
import type { Description } from './description.ts';
import type { ModuleSource } from './folders.ts';
import { Gate } from './gate.ts';
import { SettingsRefused } from './instance.ts';
import type { Change, LifeOptions } from './life-options.ts';
import { StartError } from './loader.ts';
import { LogRing } from './log-ring.ts';
import { Restarts } from './restarts.ts';
import type { Version } from './version.ts';
import { withinTime } from './within-time.ts';

/** Milliseconds that a call waits while a module migrates. */
const PATIENCE = 2000;
/** Milliseconds that running calls are given when a module is switched off. */
const FAREWELL = 1000;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One module from the moment its folder is found: its state, and what leads from one to the next. */
export class Life {
  readonly id: string;
  readonly log: LogRing;
  source: ModuleSource | undefined;
  state: ModuleState = 'loading';
  /** Why it is in its state, or why what lies in its folder now does not run. */
  reason: string | null = null;
  changedAt: number;
  /** Of the version that runs, or else of the one that was looked at last. */
  description: Description | undefined;
  /** Of a newer version that did not begin with the settings there are: those that it needs have to be asked for. */
  #wanting: Description | undefined;
  readonly #options: LifeOptions;
  readonly #restarts: Restarts;
  readonly #gate: Gate;
  readonly #departures: Departures;
  #version: Version | undefined;
  /** Nobody knows what lies in its folder. */
  #isUnseen = true;
  #looking: Promise<void> | undefined;
  #arriving: Promise<void> | undefined;
  /** Grows with every wish, so that what was begun for an earlier one is not put to work. */
  #turn = 0;
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: LifeOptions) {
    this.#options = options;
    this.id = options.id;
    this.log = new LogRing(options.clock);
    this.#restarts = new Restarts(options.clock);
    this.#gate = new Gate(options.clock);
    this.#departures = new Departures((error) =>
      options.log.error('a version of a module did not end', { module: this.id, error }),
    );
    this.changedAt = options.clock.now();
  }

  get version(): Version | undefined {
    return this.#version;
  }

  get isEnabled(): boolean {
    return this.#options.record().enabled;
  }

  /** JSON Schema of what can be set; null where nothing can, or nobody knows. */
  get settings(): Description['settings'] {
    return (this.#wanting ?? this.description)?.settings ?? null;
  }

  /** What it was granted and asks for, or would have if it were on. */
  granted(description = this.description): ReadonlySet<string> {
    return new Set(this.#options.record().granted.filter((scope) => description?.permissions.includes(scope)));
  }

  /** What it may do now. */
  scopes(description = this.description): ReadonlySet<string> {
    return this.isEnabled ? this.granted(description) : new Set();
  }

  /** Lets a call in: the version that answers, or why none does. */
  enter(): Awaitable<Result<Version>> {
    if (this.#gate.isClosed) return this.#wait();
    if (this.state === 'active' && this.#version) return ok(this.#version);
    return this.refusal();
  }

  /** What a call is answered that nobody serves. */
  refusal(): Err {
    if (!this.isEnabled) return fail(ModuleDisabled);
    if (this.state === 'failed') return fail(ModuleFailed);
    return fail(ModuleUnavailable, undefined, { retryAfter: this.#restarts.retryAfter ?? 1 });
  }

  /** Its folder is there; modules do not run yet. */
  lies(source: ModuleSource): void {
    this.source = source;
    this.state = this.#rest;
  }

  /** Its folder is there, or something in it has changed. Resolves when that has had its effect. */
  found(source: ModuleSource): Promise<void> {
    this.source = source;
    // However often it is saved while another version loads: what is there then is loaded once.
    return (this.#arriving ??= this.#then(() => {
      this.#arriving = undefined;
      return this.#arrive(true);
    }));
  }

  /** Its folder is gone. */
  left(): void {
    this.source = undefined;
    this.#end('disabled', null, ModuleDisabled, closeCodes.moduleDisabled);
  }

  /** Somebody switched it on, or on again. */
  switchedOn(): Promise<void> {
    this.#restarts.forget();
    return this.#then(() => this.#arrive(false));
  }

  /** Somebody switched it off: it answers no call from this moment on. */
  switchedOff(): void {
    this.#end('disabled', null, ModuleDisabled, closeCodes.moduleDisabled);
  }

  /**
   * Puts settings to work: the module begins with them beside the version that runs, and only then they are stored. Made
   * when those before them are. Resolves with why it does not; of a module that does not run anyway they are just stored.
   */
  async change(make: () => Change | undefined): Promise<Error | undefined> {
    let refused: Error | undefined;
    await this.#then(async () => {
      const { source } = this;
      const change = make();
      if (!change) return undefined;
      if (!source || source.problem !== undefined || !this.isEnabled || !this.#options.isRunning())
        return change.commit();
      const had = this.#version !== undefined;
      this.#restarts.forget();
      const running = this.#wanting ? undefined : this.#version?.folder;
      const error = await this.#bringUp(running ?? source.folder, change);
      if (error instanceof SettingsRefused || (error && had)) refused = error;
      else if (error) await change.commit();
      return undefined;
    });
    return refused;
  }

  /** Looks at a module that does not run, unless somebody has since it was saved: until then that costs no process. */
  seen(): Promise<void> {
    return this.#looking ?? Promise.resolve(this.#isUnseen ? this.#look() : undefined);
  }

  /** Resolves when it is known what the module is, as far as that can be known. */
  async known(): Promise<void> {
    await this.seen();
    await this.#work;
  }

  endIdle(): void {
    this.#version?.pool.endIdle();
  }

  /** The server goes down. */
  async stop(): Promise<void> {
    const version = this.#version;
    this.#turn++;
    this.#restarts.cancel();
    this.#version = undefined;
    if (version) this.#options.events.rests(this, 'stopped');
    await Promise.all([
      version?.retire({ reason: ModuleUnavailable, code: closeCodes.draining, patience: FAREWELL }),
      this.#departures.hurry(),
    ]);
    // What is loading is not wanted any more, and ends with the server at the latest.
    await withinTime(this.#options.clock, FAREWELL, this.#work, () => undefined);
  }

  /** An instance of a version is gone, or none could be started. */
  lost(version: Version, reason: string, left: number): void {
    if (version !== this.#version) return;
    this.log.add('error', 'host', `It stopped: ${reason}`);
    version.dropOrphans(closeCodes.moduleReloaded);
    this.#again(reason, left > 0, async () => {
      // Another failure is told by the pool.
      await version.pool.warm().catch(() => {});
      if (version !== this.#version || version.pool.instances.length === 0) return;
      this.#serve(version);
    });
  }

  #then<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#work.then(step);
    this.#work = done.catch((error: unknown) => {
      this.#options.log.error('the life of a module went wrong', { module: this.id, error });
    });
    return done;
  }

  async #arrive(isNew: boolean): Promise<void> {
    const { source } = this;
    if (!source) return;
    if (source.problem !== undefined) return this.#fail(source.problem);
    if (!this.isEnabled || !this.#options.isRunning()) {
      this.#isUnseen ||= isNew;
      this.#enter(this.#rest, null);
      if (isNew) this.#options.events.changed(this);
    } else if (isNew || !this.#version) await this.#bringUp(source.folder);
  }

  /** The state of a module that does not run: off, or waiting for a server to run it. */
  get #rest(): ModuleState {
    return this.isEnabled ? 'loading' : 'disabled';
  }

  /** Learns what a module is that does not run. */
  #look(): Promise<void> {
    this.#isUnseen = false;
    this.#looking = this.#then(async () => {
      const { id, log, source } = this;
      if (!source || source.problem !== undefined || this.#version) return;
      const turn = this.#turn;
      try {
        const { database } = this.#options.record();
        this.description = await this.#options.loader.inspect({ id, folder: source.folder, log, database });
        if (this.state === this.#rest) this.#options.events.changed(this);
        else this.#enter(this.#rest, null);
      } catch (error) {
        if (turn === this.#turn && !this.#version) this.#enter('failed', messageOf(error));
      }
    }).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Begins a version beside the one that runs, and swaps them. Resolves with what is wrong with it. */
  async #bringUp(folder: string, change?: Change): Promise<Error | undefined> {
    const turn = this.#turn;
    const { id, log } = this;
    const { record, openSettings } = this.#options;
    if (!this.#version && this.state !== 'retrying') this.#enter('loading', null);
    const { values, secrets } = openSettings(change?.settings ?? record().settings);
    log.hide(secrets);
    this.#isUnseen = false;
    const candidate = new Candidate({
      ...this.#options,
      load: {
        id,
        folder,
        log,
        settings: values,
        scopes: (description) => this.scopes(description),
        lost: (version, reason, left) => this.lost(version, reason, left),
      },
      change,
      running: () => this.#version,
      othersLeft: () => this.#departures.over(),
      isWanted: () => turn === this.#turn,
      migrates: () => this.#enter('migrating', null),
      closes: () => this.#gate.close(),
    });
    let version: Version;
    try {
      version = await candidate.begin();
    } catch (error) {
      await candidate.leave();
      if (!this.#version) this.description = candidate.description ?? this.description;
      if (!change) this.#wanting = error instanceof SettingsRefused ? candidate.description : undefined;
      if (turn === this.#turn) this.#didNotBegin(error, change !== undefined);
      this.#gate.open();
      return error instanceof Error ? error : new Error(String(error));
    }
    if (turn !== this.#turn) {
      await version.end(0);
      this.#gate.open();
      return unwanted();
    }
    this.#swap(version);
    return undefined;
  }

  #swap(version: Version): void {
    const before = this.#version;
    this.#version = version;
    this.description = version.description;
    this.#wanting = undefined;
    this.#restarts.forget();
    this.#serve(version);
    this.#gate.open();
    const { moduleReloaded } = closeCodes;
    if (before)
      this.#departures.leave(before, ModuleUnavailable, moduleReloaded, before.description.limits.callTimeout);
  }

  #serve(version: Version): void {
    this.#restarts.began();
    this.#options.events.serves(this, version);
    this.#enter('active', null);
  }

  async #wait(): Promise<Result<Version>> {
    return (await this.#gate.pass(PATIENCE)) ? this.enter() : this.refusal();
  }

  /**
   * The newest version does not run, or does not with other settings. The one before it goes on, where there is one; what
   * is wrong with settings that were not taken says nothing about it.
   */
  #didNotBegin(error: unknown, isChange: boolean): void {
    const reason = messageOf(error);
    if (this.#version && isChange) {
      this.log.add('warn', 'host', `It was left as it was: ${reason}`);
      return this.#enter(this.state === 'migrating' ? 'active' : this.state, this.reason);
    }
    if (this.#version) {
      this.log.add('error', 'host', `The newest version does not run, the one before it goes on: ${reason}`);
      const state = this.state === 'migrating' ? 'active' : this.state;
      return this.#enter(state, `The newest version does not run: ${reason}`);
    }
    if (!(error instanceof StartError)) return this.#fail(reason);
    this.log.add('error', 'host', `It did not start: ${reason}`);
    this.#again(reason, false, () => this.#arrive(true));
  }

  /** After a crash: again in a moment, unless it was one too many. */
  #again(reason: string, isServed: boolean, start: () => Promise<void>): void {
    const { events } = this.#options;
    const delay = this.#restarts.crashed();
    if (delay === undefined) {
      this.#fail(`It crashed again and again: ${reason}`);
      return events.gaveUp(this, reason);
    }
    if (isServed) return;
    events.rests(this, 'retrying');
    const turn = this.#turn;
    this.#restarts.plan(delay, () => void this.#then(async () => (turn === this.#turn ? start() : undefined)));
    this.#enter('retrying', reason);
  }

  #fail(reason: string): void {
    this.#end('failed', reason, ModuleFailed, closeCodes.moduleReloaded);
  }

  #end(state: 'disabled' | 'failed', reason: string | null, error: ErrorDef, code: CloseCode): void {
    this.#turn++;
    this.#restarts.cancel();
    const version = this.#version;
    this.#version = undefined;
    this.#options.events.rests(this, state);
    this.#enter(state, reason);
    if (version) this.#departures.leave(version, error, code, FAREWELL);
  }

  #enter(state: ModuleState, reason: string | null): void {
    const told = reason === null ? null : this.log.cleaned(reason).slice(0, 4000);
    if (state === this.state && told === this.reason) return;
    if (state !== this.state)
      this.log.add(state === 'failed' ? 'error' : 'info', 'host', told ? `${state}: ${told}` : state);
    this.state = state;
    this.reason = told;
    this.changedAt = this.#options.clock.now();
    this.#options.events.changed(this);
  }
}
