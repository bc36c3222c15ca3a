import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { Clock } from '../../platform/clock.ts';
import type { Order } from '../child/order.ts';
import { giveOrder } from './give-order.ts';
import type { Guard } from './guard.ts';
import { type Exit, type HostApi, ModuleGone } from '../instance.ts';
import { Allowance, type Rate } from '../link/allowance.ts';
import { type LinkOptions } from '../link/exchange.ts';
import { Link } from '../link/link.ts';
import type { Wire } from '../link/wire.ts';
import type { LinkServer } from './link-server.ts';
import { ModuleOutput, type OutputLimits } from './module-output.ts';

export interface ProcessLimits extends OutputLimits {
  /** What a module says of its own accord: how many notes, and how many characters of notes and requests. */
  messages: Rate;
  characters: Rate;
  /** Calls into Hearth that are under way at once. */
  calls: number;
}

export const processLimits: ProcessLimits = {
  lines: { perSecond: 100, burst: 1000 },
  bytes: { perSecond: 4 * 1024 * 1024, burst: 32 * 1024 * 1024 },
  messages: { perSecond: 10_000, burst: 20_000 },
  characters: { perSecond: 16 * 1024 * 1024, burst: 64 * 1024 * 1024 },
  calls: 256,
};

export interface ModuleProcessOptions {
  /** Starts this Hearth: the program and its arguments. */
  command: readonly string[];
  folder: string;
  server: LinkServer;
  guard: Guard;
  clock: Clock;
  limits: ProcessLimits;
  log: HostApi['log'];
  /** Most resident bytes. */
  memory: number;
  handle: LinkOptions['handle'];
  note: LinkOptions['note'];
}

/** Milliseconds that a process whose link has closed has to end by itself. */
const LAST = 1000;

/** Out of memory, the kernel looks for whom to end: a module's process comes first. */
const offerToKernel = (pid: number): void => {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // It has ended already, or the system does not let us.
  }
};

/** Where there are fewer cores than work, the server comes first, and with it all that people do. */
const giveWay = (pid: number): void => {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already.
  }
};

const mebibytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);

/** A module's process: started, linked, watched, ended. */
export class ModuleProcess {
  readonly link: Link;
  /** Resolves when the process has connected. Rejects with ModuleGone where it ended before. */
  readonly connected: Promise<void>;
  /** Resolves once, when the process is gone and its output was read. Never rejects. */
  readonly exited: Promise<Exit>;
  readonly startedAt: number;
  readonly output: ModuleOutput;
  /** Most resident bytes; lowered when the manifest is known. */
  memoryLimit: number;
  memory: number | undefined;
  /** Whether it has to answer pings: how long it loads, copies and migrates is limited by whoever waits for that. */
  hasBegun = false;
  readonly #options: ModuleProcessOptions;
  readonly #child: Bun.Subprocess<'pipe', 'pipe', 'pipe'>;
  readonly #token: string;
  readonly #unwatch: () => void;
  #wire: Wire | undefined;
  #closeLink = (): void => {};
  /** Why we ended it. */
  #reason: Exit | undefined;

  constructor(options: ModuleProcessOptions) {
    const { command, folder, server, clock, limits, guard } = options;
    this.#options = options;
    this.memoryLimit = options.memory;
    this.startedAt = clock.now();
    this.output = new ModuleOutput({ log: options.log, clock, limits, onFlood: (reason) => this.kill(reason) });

    const messages = new Allowance(limits.messages, clock.now());
    const characters = new Allowance(limits.characters, clock.now());
    this.link = new Link({
      wire: {
        send: (data) => this.#wire?.send(data),
        waiting: () => this.#wire?.waiting() ?? 0,
      },
      clock,
      handle: options.handle,
      note: options.note,
      onFault: (reason) => this.kill(reason),
      mostRequests: limits.calls,
      // How many requests there are is bounded by how many run at once.
      admit: (length, kind) =>
        (kind === 'request' || messages.take(1, clock.now())) && characters.take(length, clock.now()),
    });

    const connected = Promise.withResolvers<void>();
    this.connected = connected.promise;
    this.connected.catch(() => {});
    this.#token = server.expect({
      open: (wire, close) => {
        this.#wire = wire;
        this.#closeLink = close;
        connected.resolve();
      },
      receive: (data) => this.link.receive(data),
      closed: () => {
        this.link.close(new ModuleGone('The module’s process closed its link'));
        clock.setTimeout(() => this.kill('it closed its link'), LAST);
      },
    });
    const order: Order = { socket: server.path, token: this.#token, folder };
    this.#child = Bun.spawn([...command, 'module-child'], {
      cwd: folder,
      // Nothing of ours. The runtime ends the process when this one dies, also by SIGKILL.
      env: { BUN_FEATURE_FLAG_NO_ORPHANS: '1' },
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
    });
    void giveOrder(this.#child.stdin, order);
    offerToKernel(this.#child.pid);
    giveWay(this.#child.pid);
    this.#unwatch = guard.watch({
      pid: this.#child.pid,
      onMemory: (bytes) => {
        this.memory = bytes;
        if (bytes > this.memoryLimit)
          this.kill(`it used ${mebibytes(bytes)} MiB of memory, more than the ${mebibytes(this.memoryLimit)} it may`);
      },
      ping: () => (this.#wire && this.hasBegun ? this.link.ping() : undefined),
      onSilence: () => this.kill('it does not answer'),
    });
    this.exited = this.#watchEnd(connected.reject);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Whether it is gone, or about to be. */
  get isEnding(): boolean {
    return this.#reason !== undefined;
  }

  /** Ends the process at once, with the reason that its exit tells. */
  kill(reason: string): void {
    this.#end({ kind: 'killed', reason });
  }

  /** Says that the process is to end by itself, and ends it where it has not within so many milliseconds. */
  async stop(within: number): Promise<void> {
    this.#reason ??= { kind: 'stopped' };
    const timer = this.#options.clock.setTimeout(() => this.#child.kill('SIGKILL'), within);
    this.#closeLink();
    await this.exited;
    timer.cancel();
  }

  #end(exit: Exit): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#reason ??= exit;
    this.#child.kill('SIGKILL');
    this.#closeLink();
  }

  async #watchEnd(onEnd: (error: Error) => void): Promise<Exit> {
    const read = [this.output.drain(this.#child.stdout, 'info'), this.output.drain(this.#child.stderr, 'warn')];
    await this.#child.exited;
    this.#unwatch();
    const exit = this.#reason ?? { kind: 'crashed', reason: this.#crash() };
    const gone = new ModuleGone(exit.kind === 'stopped' ? 'The module was stopped' : exit.reason);
    onEnd(gone);
    this.link.close(gone);
    this.#closeLink();
    this.#options.server.forget(this.#token);
    // What it has started may hold its output open for longer than it lives.
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.setTimeout(resolve, LAST);
    await Promise.race([Promise.all(read), promise]);
    timer.cancel();
    this.output.end();
    return exit;
  }

  #crash(): string {
    const { exitCode, signalCode } = this.#child;
    return signalCode ? `its process was ended by ${signalCode}` : `its process ended with exit code ${exitCode}`;
  }
}
