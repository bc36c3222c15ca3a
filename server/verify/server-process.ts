import { readFileSync } from 'node:fs';
import type { Subprocess } from 'bun';
import { readRunning } from '../cli/running-server.ts';
import { dataPaths } from '../platform/data-folder.ts';
import { Fault, until } from './fault.ts';
import type { Lever } from './levers.ts';
import { bareEnvironment, ownCommand } from '../platform/own-command.ts';

export interface ServerProcessOptions {
  data: string;
  /** 0: any free one. */
  port: number;
  /** Starts the server whose clock and database can be tampered with. */
  levered?: boolean;
  /** Ends it, also while it starts. */
  signal: AbortSignal;
}

/** A Hearth in a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** With a slash at the end. */
  readonly url: string;
  /** What it logged as an error. */
  readonly errors: string[];
  /** Exit code, or the signal's name where it ended by one; undefined while it runs. */
  readonly ended: number | string | undefined;
  /** Moves a lever and waits until the server says that it is done. */
  pull(lever: Lever): Promise<void>;
  /** Sends a signal and waits for the end. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | string>;
}

/** A start that takes longer went wrong, even on a slow and busy machine. */
const START = 30_000;

/** Warnings are no errors, and the link to the set-up is there for people. */
const isError = (line: string): boolean =>
  line.startsWith('{') ? line.includes('"level":"error"') : line !== '' && !line.includes('/setup');

async function collectErrors(stream: ReadableStream<Uint8Array>, errors: string[]): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    errors.push(...lines.filter(isError));
  }
  errors.push(...[rest].filter(isError));
}

/** Starts Hearth on a folder and waits until it takes requests. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { data, levered = false, signal } = options;
  signal.throwIfAborted();
  const paths = dataPaths(data);
  const errors: string[] = [];
  let pulled: (() => void) | undefined;
  const flags = ['--data', data, '--host', '127.0.0.1', '--log', 'warn', '--log-format', 'json'];
  const child: Subprocess<'ignore', 'ignore', 'pipe'> = Bun.spawn(
    [...ownCommand, levered ? 'verify-server' : 'serve', ...flags, '--port', String(options.port)],
    {
      cwd: data,
      env: bareEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(levered ? { serialization: 'json' as const, ipc: () => pulled?.() } : {}),
    },
  );
  const collected = collectErrors(child.stderr, errors);
  const ended = (): number | string | undefined => child.signalCode ?? child.exitCode ?? undefined;
  const end = async (how: 'SIGKILL' | 'SIGTERM'): Promise<number | string> => {
    child.kill(how);
    await child.exited;
    await collected;
    return ended() ?? -1;
  };

  const mine = () => {
    const running = readRunning(paths);
    return running?.pid === child.pid ? running : undefined;
  };
  const isReady = async (): Promise<boolean> => {
    signal.throwIfAborted();
    if (ended() !== undefined) throw new Fault(`the server ended with ${ended()} at its start: ${errors.join(' ')}`);
    const running = mine();
    if (!running) return false;
    return fetch(`http://127.0.0.1:${new URL(running.url).port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  try {
    await until(isReady, () => `the server to start: ${errors.join(' ')}`, START);
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  const port = Number(new URL(mine()?.url ?? '').port);
  return {
    pid: child.pid,
    port,
    url: `http://127.0.0.1:${port}/`,
    errors,
    get ended() {
      return ended();
    },
    async pull(lever) {
      const done = new Promise<void>((resolve) => {
        pulled = resolve;
      });
      child.send(lever);
      await done;
    },
    end,
  };
}

/** Open file descriptors of a process; undefined where the system does not tell. */
export function descriptorsOf(pid: number | 'self'): number | undefined {
  try {
    return [...new Bun.Glob('*').scanSync({ cwd: `/proc/${pid}/fd`, onlyFiles: false })].length;
  } catch {
    return undefined;
  }
}

/** Resident bytes of a process; undefined where the system does not tell. */
export function residentOf(pid: number | 'self'): number | undefined {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
