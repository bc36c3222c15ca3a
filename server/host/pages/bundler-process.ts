import type { Clock } from '../../platform/clock.ts';
import { ownCommand } from '../../platform/own-command.ts';
import { LoadError } from '../instance.ts';
import { giveOrder } from '../process/give-order.ts';
import { Guard } from '../process/guard.ts';
import type { BundleOrder } from './bundle.ts';

export interface BundlerLimits {
  /** Milliseconds that bundling may take. */
  time: number;
  /** Resident bytes. */
  memory: number;
}

export const bundlerLimits: BundlerLimits = { time: 30_000, memory: 1024 ** 3 };

export interface BundlerOptions {
  clock: Clock;
  /** Ends it. */
  signal: AbortSignal;
  limits?: BundlerLimits | undefined;
}

/** Characters of a failure's reason. */
const REASON = 4000;
/** The beginning of what a process says; the rest is read and forgotten, so that it does not wait for a reader. */
async function beginningOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream) if (text.length < REASON) text += decoder.decode(chunk, { stream: true });
  // Whatever a module writes there is shown as text and must not steer a terminal.
  return text
    .slice(0, REASON)
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .trim();
}

/**
 * Bundles in a process that runs the module's macros, with an empty environment and bounds. Rejects with LoadError,
 * whose message says where in which file.
 */
export async function runBundler(
  order: BundleOrder,
  { clock, signal, limits = bundlerLimits }: BundlerOptions,
): Promise<void> {
  const guard = new Guard(clock);
  const child = Bun.spawn([...ownCommand, 'module-page'], {
    // Nobody else's settings for Bun lie in an empty folder.
    cwd: order.out,
    env: {},
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'pipe',
  });
  void giveOrder(child.stdin, order);
  let killed: string | undefined;
  const kill = (reason: string): void => {
    killed ??= reason;
    child.kill('SIGKILL');
  };
  const onAbort = (): void => kill('Bundling was broken off');
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const end = clock.setTimeout(() => kill(`Bundling took longer than ${limits.time / 1000} s`), limits.time);
  const unwatch = guard.watch({
    pid: child.pid,
    onMemory(bytes) {
      if (bytes > limits.memory) kill(`Bundling needed more than ${limits.memory / 1024 ** 2} MiB`);
    },
    // It has nothing to answer with; its time is short anyway.
    ping: () => undefined,
    onSilence() {},
  });
  try {
    const [said, code] = await Promise.all([beginningOf(child.stderr), child.exited]);
    if (killed !== undefined) throw new LoadError(killed);
    if (code !== 0) throw new LoadError(said || `The bundler ended with ${child.signalCode ?? code}`);
  } finally {
    signal.removeEventListener('abort', onAbort);
    end.cancel();
    unwatch();
  }
}
