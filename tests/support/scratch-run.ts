import { readdirSync, readFileSync } from 'node:fs';

/** A command that is running, with all that it writes beside its output below one folder. */
export interface ScratchRun {
  /** As Ctrl-C in a terminal does it: a signal to the command and all that it has started in its group. */
  interrupt(): void;
  /** What it has printed until now. */
  soFar(): string;
  /** Waits for its end. */
  end(): Promise<{ code: number; out: string; err: string }>;
}

/** Starts a command in a folder that is its working directory and that of its temporary files. */
export function startIn(scratch: string, command: readonly string[]): ScratchRun {
  const child = Bun.spawn([...command], {
    cwd: scratch,
    env: { TMPDIR: scratch, PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let out = '';
  const collect = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) out += decoder.decode(chunk, { stream: true });
  };
  const collected = collect();
  return {
    interrupt: () => void process.kill(-child.pid, 'SIGINT'),
    soFar: () => out,
    async end() {
      const [code, err] = await Promise.all([child.exited, new Response(child.stderr).text()]);
      await collected;
      return { code, out, err };
    },
  };
}

/** Whether so many processes run that were started there, or by those; where nobody tells, taken for granted. */
export const areRunning = (scratch: string, count: number): boolean =>
  process.platform !== 'linux' || processesOf(scratch).length === count;

/** The processes that were started there, and those that they started. Known on Linux alone. */
export function processesOf(scratch: string): number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const isOurs = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`TMPDIR=${scratch}`);
    } catch {
      // It ended meanwhile, or is another user's.
      return false;
    }
  };
  return pids.filter(isOurs).map(Number);
}
