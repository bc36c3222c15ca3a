import type { Clock } from '../platform/clock.ts';
import { type Exit, type Instance, ModuleGone } from './instance.ts';

export interface PoolOptions {
  clock: Clock;
  /** Starts another instance of the version. */
  start: () => Promise<Instance>;
  /** Most instances at once. */
  most: number;
  /** Milliseconds without work after which an instance ends. */
  idleAfter: number;
  /** An instance ended by itself or was killed, or none could be started. `left`: how many others are there. */
  lost: (reason: string, left: number) => void;
}

const reasonOf = (exit: Exit): string => (exit.kind === 'stopped' ? 'It was stopped' : exit.reason);

interface Member {
  readonly instance: Instance;
  /** When it was last seen at work. */
  usedAt: number;
}

/** The instances of one version of a module: started when needed, kept warm, several while all are busy. */
export class Pool {
  readonly #options: PoolOptions;
  #members: Member[] = [];
  #starting: Promise<Instance> | undefined;
  /** No instance is wanted: what ends now was told to. */
  #rests = false;
  #ended = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get instances(): Instance[] {
    return this.#members.map(({ instance }) => instance);
  }

  /** Takes over an instance that runs. */
  add(instance: Instance): void {
    this.#members.push({ instance, usedAt: this.#options.clock.now() });
    void instance.exited.then((exit) => {
      if (!this.#remove(instance) || this.#rests || exit.kind === 'stopped') return;
      this.#options.lost(reasonOf(exit), this.#members.length);
    });
  }

  /** The instance with the least to do; the first one is started. Rejects with ModuleGone when none can be. */
  acquire(): Instance | Promise<Instance> {
    let free: Member | undefined;
    for (const member of this.#members) if (!free || member.instance.running < free.instance.running) free = member;
    if (!free) return this.#grow();
    free.usedAt = this.#options.clock.now();
    const { instance } = free;
    // Whoever comes next finds it started; this call need not wait for that.
    if (instance.running > 0 && !this.#starting && this.#members.length < this.#options.most)
      this.#grow().catch(() => {});
    return instance;
  }

  /** Starts an instance unless there is one. Rejects with ModuleGone. */
  async warm(): Promise<void> {
    if (this.#members.length === 0) await this.#grow();
  }

  /** Ends instances that had nothing to do for long. */
  endIdle(): void {
    const now = this.#options.clock.now();
    for (const member of this.#members.slice()) {
      const { instance, usedAt } = member;
      if (instance.running > 0 || usedAt > now) member.usedAt = now;
      else if (now - usedAt >= this.#options.idleAfter) {
        this.#remove(instance);
        void instance.stop(0);
      }
    }
  }

  /** Lets what runs finish for so many milliseconds and ends all instances; none is started before `resume`. */
  async pause(patience: number): Promise<void> {
    this.#rests = true;
    const late = this.#starting?.catch(() => undefined);
    await Promise.all([late, ...this.instances.map((instance) => instance.stop(patience))]);
  }

  /** Starts instances again when they are needed. */
  resume(): void {
    this.#rests = this.#ended;
  }

  /** As `pause`, for good. */
  stop(patience: number): Promise<void> {
    this.#ended = true;
    return this.pause(patience);
  }

  /** Whether it was one of them. */
  #remove(instance: Instance): boolean {
    const left = this.#members.filter((member) => member.instance !== instance);
    const wasThere = left.length < this.#members.length;
    this.#members = left;
    return wasThere;
  }

  #grow(): Promise<Instance> {
    if (this.#rests) return Promise.reject(new ModuleGone('It was stopped'));
    return (this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    }));
  }

  async #start(): Promise<Instance> {
    let instance: Instance;
    try {
      instance = await this.#options.start();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#rests) this.#options.lost(reason, this.#members.length);
      throw new ModuleGone(reason);
    }
    if (this.#rests) {
      await instance.stop(0);
      throw new ModuleGone('It was stopped');
    }
    this.add(instance);
    return instance;
  }
}
