import type { Histogram } from './histogram.ts';

type Labels = Record<string, string>;
/** One value, or one for each set of labels. */
export type Samples = number | readonly (readonly [labels: Labels, value: number])[];

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

const labelled = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
};

const number = (value: number): string => (value === Infinity ? '+Inf' : String(value));

/** Metrics in the text format of Prometheus, version 0.0.4. Names and labels are ours and valid; values may be anything. */
export class Exposition {
  static readonly contentType = 'text/plain; version=0.0.4; charset=utf-8';
  readonly #lines: string[] = [];

  /** What goes up and down. */
  gauge(name: string, help: string, samples: Samples): void {
    this.#family(name, help, 'gauge', samples);
  }

  /** What only grows while the process lives; its name ends in `_total`. */
  counter(name: string, help: string, samples: Samples): void {
    this.#family(name, help, 'counter', samples);
  }

  /** In the unit of the histogram's own bounds, which the name states. */
  histogram(name: string, help: string, { bounds, counts, sum, count }: Histogram): void {
    this.#head(name, help, 'histogram');
    let below = 0;
    for (const [bucket, upper] of [...bounds, Infinity].entries()) {
      below += counts[bucket] ?? 0;
      this.#line(`${name}_bucket`, { le: number(upper) }, below);
    }
    this.#line(`${name}_sum`, {}, sum);
    this.#line(`${name}_count`, {}, count);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  #family(name: string, help: string, type: 'gauge' | 'counter', samples: Samples): void {
    this.#head(name, help, type);
    for (const [labels, value] of typeof samples === 'number' ? [[{}, samples] as const] : samples)
      this.#line(name, labels, value);
  }

  #head(name: string, help: string, type: string): void {
    this.#lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`);
  }

  #line(name: string, labels: Labels, value: number): void {
    this.#lines.push(`${name}${labelled(labels)} ${number(value)}`);
  }
}
