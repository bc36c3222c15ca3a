import { readFileSync } from 'node:fs';
import type { Clock, Timer } from '../../platform/clock.ts';

/** A process that is looked after. */
export interface Watched {
  readonly pid: number;
  /** Called with its resident bytes. */
  onMemory(bytes: number): void;
  /** Resolves when it answers; undefined where it cannot be asked yet. */
  ping(): Promise<void> | undefined;
  /** It did not answer for too long. */
  onSilence(): void;
}

export interface GuardTimes {
  /** Milliseconds between looks at memory. */
  look: number;
  /** Milliseconds between pings. */
  ping: number;
  /** Milliseconds that a process may leave a ping unanswered. */
  silence: number;
}

export const guardTimes: GuardTimes = { look: 250, ping: 2000, silence: 5000 };

const AT_PAGESZ = 6n;

/** Bytes of a page of memory: the kernel says so in the auxiliary vector. */
function pageSize(): number {
  const vector = readFileSync('/proc/self/auxv');
  for (let at = 0; at + 16 <= vector.byteLength; at += 16)
    if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8));
  return 4096;
}

/** Resident bytes by process. Those that are gone are missing. */
type ReadMemory = (pids: readonly number[]) => Map<number, number> | Promise<Map<number, number>>;

const readProc = (): ReadMemory => {
  const page = pageSize();
  return (pids) => {
    const read = new Map<number, number>();
    for (const pid of pids) {
      try {
        read.set(pid, Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * page);
      } catch {
        // It has ended; its exit is told elsewhere.
      }
    }
    return read;
  };
};

const readPs: ReadMemory = async (pids) => {
  const ps = Bun.spawn(['ps', '-o', 'pid=,rss=', '-p', pids.join(',')], { stdout: 'pipe', stderr: 'ignore' });
  const lines = (await new Response(ps.stdout).text()).trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [pid = 0, kibibytes = 0] = line.trim().split(/\s+/).map(Number);
      return [pid, kibibytes * 1024];
    }),
  );
};

interface Ward {
  watched: Watched;
  pingedAt: number;
  waiting: boolean;
}

/** Looks after modules' processes on one shared timer: their memory, and whether they answer. */
export class Guard {
  readonly #clock: Clock;
  readonly #times: GuardTimes;
  readonly #readMemory: ReadMemory;
  readonly #wards = new Set<Ward>();
  #timer: Timer | undefined;
  #isReading = false;

  constructor(clock: Clock, times: GuardTimes = guardTimes) {
    this.#clock = clock;
    this.#times = times;
    this.#readMemory = process.platform === 'linux' ? readProc() : readPs;
  }

  /** Watches a process until the returned function is called. */
  watch(watched: Watched): () => void {
    const ward: Ward = { watched, pingedAt: this.#clock.now(), waiting: false };
    this.#wards.add(ward);
    this.#timer ??= this.#clock.setInterval(() => void this.#look(), this.#times.look);
    return () => {
      this.#wards.delete(ward);
      if (this.#wards.size > 0) return;
      this.#timer?.cancel();
      this.#timer = undefined;
    };
  }

  async #look(): Promise<void> {
    const now = this.#clock.now();
    for (const ward of this.#wards) this.#ping(ward, now);
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      const memory = await this.#readMemory([...this.#wards].map(({ watched }) => watched.pid));
      for (const { watched } of this.#wards) {
        const bytes = memory.get(watched.pid);
        if (bytes !== undefined) watched.onMemory(bytes);
      }
    } finally {
      this.#isReading = false;
    }
  }

  #ping(ward: Ward, now: number): void {
    if (ward.waiting) {
      if (now - ward.pingedAt >= this.#times.silence) ward.watched.onSilence();
      return;
    }
    if (now - ward.pingedAt < this.#times.ping) return;
    const answer = ward.watched.ping();
    if (!answer) return;
    ward.pingedAt = now;
    ward.waiting = true;
    void answer.then(() => {
      ward.waiting = false;
    });
  }
}
