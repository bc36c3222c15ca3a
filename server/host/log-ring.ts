import type { LogLine } from '@shared/modules/schema.ts';
import type { Clock } from '../platform/clock.ts';

/** Lines that are kept of each module. */
const LINES = 1000;
/** Characters of a line. */
const LENGTH = 4000;
/** Shorter texts stand in any sentence by chance. */
const SECRET = 4;

/** A secret as it may stand in a line: as it is, quoted as JSON, and each of its lines, for a log has one at a time. */
const shapesOf = (secret: string): string[] =>
  [secret, JSON.stringify(secret).slice(1, -1), ...secret.split(/\r?\n/).map((line) => line.trim())].filter(
    (shape) => shape.length >= SECRET,
  );

/** The newest lines of a module's log, and who watches them come. */
export class LogRing {
  readonly #clock: Clock;
  readonly #lines: LogLine[] = [];
  readonly #watchers = new Set<(line: LogLine) => void>();
  /** Longer ones first, so that nothing is left of one that begins with another. */
  #hidden: readonly string[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Texts that no line shows from now on. Earlier ones stay hidden: a version that knows them may still run. */
  hide(secrets: readonly string[]): void {
    this.#hidden = [...new Set([...this.#hidden, ...secrets.flatMap(shapesOf)])].toSorted(
      (a, b) => b.length - a.length,
    );
  }

  /** The text without what has to be hidden. */
  cleaned(text: string): string {
    return this.#hidden.reduce((cleaned, secret) => cleaned.replaceAll(secret, '[secret]'), text);
  }

  add(level: LogLine['level'], source: LogLine['source'], text: string): void {
    const line: LogLine = { at: this.#clock.now(), level, source, text: this.cleaned(text).slice(0, LENGTH) };
    this.#lines.push(line);
    if (this.#lines.length > LINES) this.#lines.shift();
    for (const watcher of this.#watchers) watcher(line);
  }

  /** The newest lines, oldest first. */
  newest(limit: number): LogLine[] {
    return limit === 0 ? [] : this.#lines.slice(-limit);
  }

  /**
   * So many of the newest lines, and then those that come, until the signal aborts. A reader that is too slow misses the
   * oldest of what waits.
   */
  async *watch(signal: AbortSignal, before = 0): AsyncGenerator<LogLine, void, void> {
    let waiting = this.newest(before);
    let wake = (): void => {};
    const watcher = (line: LogLine): void => {
      waiting.push(line);
      if (waiting.length > LINES) waiting.shift();
      wake();
    };
    const onAbort = (): void => wake();
    this.#watchers.add(watcher);
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        const lines = waiting;
        waiting = [];
        yield* lines;
        if (waiting.length > 0 || signal.aborted) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#watchers.delete(watcher);
    }
  }
}
