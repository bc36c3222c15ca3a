import type { Clock, Timer } from '../platform/clock.ts';
import { within } from './bounded.ts';
import type { Gpu } from './gpu.ts';
import { parseNumber } from './read-text.ts';

// The name stands last because it may hold a comma.
const fields = 'index,utilization.gpu,memory.total,memory.used,temperature.gpu,name';
const options = [`--query-gpu=${fields}`, '--format=csv,noheader,nounits', '-l', '2'];
const mebibyte = 1024 * 1024;
const firstLine = 1500;
const staleAfter = 10_000;
const restartAfter = 30_000;
const longestLine = 4096;

export interface Nvidia {
  /** Runs nvidia-smi until everybody who holds it has let go. */
  hold(): () => void;
  /** The newest values; waits a moment for the first ones. Null: no such card, or nobody holds it. */
  read(): Promise<Gpu[] | null>;
  close(): void;
}

/**
 * Reads NVIDIA's cards through one long-lived nvidia-smi, since starting it takes up to a second of processor time.
 * @param command path of nvidia-smi; null where there is none
 */
export function createNvidia(clock: Clock, command: string | null): Nvidia {
  let holders = 0;
  let child: ReturnType<typeof start> | undefined;
  let restart: Timer | undefined;

  const run = () => {
    if (command === null || holders === 0 || child) return;
    const started = start(command, clock);
    child = started;
    void started.ended.then(() => {
      if (child !== started) return;
      child = undefined;
      restart = clock.setTimeout(run, restartAfter);
    });
  };
  const stop = () => {
    restart?.cancel();
    child?.kill();
    restart = child = undefined;
  };

  return {
    hold() {
      let held = true;
      if (holders++ === 0) run();
      return () => {
        if (held && --holders === 0) stop();
        held = false;
      };
    },
    async read() {
      if (!child) return null;
      await within(clock, firstLine, child.first);
      return child?.newest() ?? null;
    },
    close() {
      holders = 0;
      stop();
    },
  };
}

function start(command: string, clock: Clock) {
  const cards = new Map<number, { gpu: Gpu; at: number }>();
  const first = Promise.withResolvers<null>();
  const { PATH = '' } = process.env;
  const spawn = () => {
    try {
      return Bun.spawn([command, ...options], {
        env: { PATH, LC_ALL: 'C' },
        stdin: 'ignore',
        stdout: 'pipe',
        stderr: 'ignore',
      });
    } catch {
      return null;
    }
  };
  const child = spawn();

  const follow = async () => {
    if (child) {
      for await (const line of linesOf(child.stdout)) {
        const parsed = parseNvidia(line);
        if (!parsed) continue;
        cards.set(parsed.index, { gpu: parsed.gpu, at: clock.now() });
        first.resolve(null);
      }
      await child.exited;
    }
    first.resolve(null);
  };

  return {
    first: first.promise,
    ended: follow(),
    kill: () => child?.kill(),
    newest(): Gpu[] | null {
      const fresh = [...cards].filter(([, { at }]) => clock.now() - at <= staleAfter);
      if (fresh.length === 0) return null;
      return fresh.sort(([a], [b]) => a - b).map(([, { gpu }]) => gpu);
    },
  };
}

/** One line of output. Fields that the card does not support read `[N/A]` and become null. */
export function parseNvidia(line: string): { index: number; gpu: Gpu } | null {
  const parts = line.split(',').map((part) => part.trim());
  const [index, load, total, used, temperature] = parts.map(parseNumber);
  const name = parts.slice(5).join(', ');
  if (index == null || !name) return null;
  const bytes = (size: number | null | undefined) => (size == null ? null : size * mebibyte);
  return {
    index,
    gpu: {
      name: name.slice(0, 80),
      load: load == null ? null : Math.min(100, Math.max(0, load)),
      memoryTotal: bytes(total),
      memoryUsed: bytes(used),
      temperature: temperature ?? null,
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(0, longestLine);
    yield* lines;
  }
}
