import type { Clock, Timer } from '../../platform/clock.ts';
import type { HostApi } from '../instance.ts';
import { Allowance, type Rate } from '../link/allowance.ts';

type Level = Parameters<HostApi['log']>[0];

export interface OutputLimits {
  /** Lines that reach the log; what is beyond is dropped, with one line that says so. */
  lines: Rate;
  /** Bytes of a process's output; more is a flood, which ends it. */
  bytes: Rate;
}

/** Characters of a line; with what is told of the rest, no more than the log keeps. */
const LINE = 3900;
/** Milliseconds after which dropped lines are told. */
const TELL = 1000;

export interface OutputOptions {
  log: HostApi['log'];
  clock: Clock;
  limits: OutputLimits;
  onFlood: (reason: string) => void;
}

/** What a module writes, as lines of its log: capped in length and rate. */
export class ModuleOutput {
  readonly #options: OutputOptions;
  readonly #lines: Allowance;
  readonly #bytes: Allowance;
  #dropped = 0;
  #telling: Timer | undefined;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.#lines = new Allowance(options.limits.lines, options.clock.now());
    this.#bytes = new Allowance(options.limits.bytes, options.clock.now());
  }

  line(level: Level, text: string): void {
    const { clock, log } = this.#options;
    if (this.#lines.take(1, clock.now()))
      return log(level, text.length > LINE ? `${text.slice(0, LINE)} … (${text.length - LINE} more characters)` : text);
    this.#dropped++;
    this.#telling ??= clock.setTimeout(() => this.#tell(), TELL);
  }

  /** Reads a pipe to its end and never holds more than a line of it. */
  async drain(pipe: ReadableStream<Uint8Array>, level: Level): Promise<void> {
    const decoder = new TextDecoder();
    let begun = '';
    try {
      for await (const chunk of pipe) {
        if (!this.#bytes.take(chunk.byteLength, this.#options.clock.now())) {
          this.#options.onFlood('a flood of output');
          return;
        }
        const parts = decoder.decode(chunk, { stream: true }).split('\n');
        const last = parts.pop() ?? '';
        for (const part of parts) {
          this.line(level, begun + part);
          begun = '';
        }
        begun = (begun + last).slice(0, LINE * 2);
      }
    } catch {
      // A pipe that breaks has ended.
    }
    if (begun !== '') this.line(level, begun);
  }

  /** Tells what was dropped and not told yet. */
  end(): void {
    this.#telling?.cancel();
    if (this.#dropped > 0) this.#tell();
  }

  #tell(): void {
    this.#telling = undefined;
    this.#options.log('warn', `${this.#dropped} lines were dropped: the module writes too much`);
    this.#dropped = 0;
  }
}
