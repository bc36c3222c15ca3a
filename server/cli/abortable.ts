import type { CliContext } from './context.ts';

/** Runs work that an interrupt ends in good order. */
export async function abortable<T>({ signals }: CliContext, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) signals.on(signal, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) signals.off(signal, abort);
  }
}
