import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';

const signals = ['SIGTERM', 'SIGINT'] as const;
type Signal = (typeof signals)[number];

/** What of `process` is needed. */
export interface SignalSource {
  on(signal: Signal, listener: () => void): unknown;
  off(signal: Signal, listener: () => void): unknown;
}

export interface ShutdownOptions {
  /** Finishes what runs and closes everything; called once. */
  drain: () => Promise<void>;
  log: Logger;
  clock: Clock;
  source: SignalSource;
  /** Milliseconds that draining may take. */
  deadline?: number;
}

/**
 * Waits for SIGTERM or SIGINT, drains, and resolves with the exit code: 0 when that worked in time, 1 otherwise, or at
 * the second signal, which does not wait.
 */
export function shutdownOnSignal({ drain, log, clock, source, deadline = 9_500 }: ShutdownOptions): Promise<0 | 1> {
  return new Promise((resolve) => {
    let draining = false;
    const finish = (code: 0 | 1): void => {
      for (const [signal, listener] of listeners) source.off(signal, listener);
      resolve(code);
    };
    const hear = (signal: Signal): void => {
      if (draining) {
        log.warn('stopped at once: this was the second signal', { signal });
        finish(1);
        return;
      }
      draining = true;
      log.info('stopping', { signal });
      const timer = clock.setTimeout(() => {
        log.error('draining took too long: what was left is cut off', { milliseconds: deadline });
        finish(1);
      }, deadline);
      drain()
        .then(
          () => finish(0),
          (error: unknown) => {
            log.error('draining failed', { error });
            finish(1);
          },
        )
        .finally(() => timer.cancel());
    };
    const listeners = signals.map((signal) => [signal, () => hear(signal)] as const);
    for (const [signal, listener] of listeners) source.on(signal, listener);
  });
}
