/** A number as it is written, and its unit with the blank that the language puts before it. */
export interface Quantity {
  number: string;
  unit: string;
}

export interface Format {
  /** 0–100, with a tenth unless told not to. */
  percent(value: number, digits?: 0 | 1): Quantity;
  bytes(value: number): Quantity;
  /** Bytes per second. */
  rate(value: number): Quantity;
  celsius(value: number): Quantity;
  load(value: number): Quantity;
  /** Seconds, as its two largest parts: 3 days, 4 hr. */
  duration(value: number): string;
  /** Milliseconds UTC. */
  time(at: number, seconds?: boolean): string;
  /** A time for an axis: without AM and PM, which the minutes around it do not need. */
  tick(at: number, seconds: boolean): string;
  moment(at: number): string;
}

export const textOf = ({ number, unit }: Quantity): string => number + unit;

const blank = '\u00a0';
const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const parts: readonly [unit: 'day' | 'hour' | 'minute', seconds: number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** Formatters for one locale; making them is dear, using them is not. */
export function createFormat(locale: string): Format {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const hundredths = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const percents = [0, 1].map(
    (digits) =>
      new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  const celsius = new Intl.NumberFormat(locale, { style: 'unit', unit: 'celsius', maximumFractionDigits: 0 });
  const units = parts.map(
    ([unit, size]) => [new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }), size] as const,
  );
  const list = new Intl.ListFormat(locale, { style: 'narrow', type: 'unit' });
  const minutes = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
  const seconds = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', second: '2-digit' });
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

  const bytes = (value: number): Quantity => {
    let [size, step] = [value, 0];
    // 1023.95 would be written as 1,024.0 of the smaller unit.
    while (size >= 1023.95 && step < binary.length - 1) {
      size /= 1024;
      step++;
    }
    const number = (step === 0 || size >= 99.95 ? whole : tenths).format(size);
    return { number, unit: `${blank}${binary[step]}` };
  };

  return {
    percent: (value, digits = 1) => split(percents[digits]?.formatToParts(value / 100) ?? []),
    bytes,
    rate(value) {
      const { number, unit } = bytes(value);
      return { number, unit: `${unit}/s` };
    },
    celsius: (value) => split(celsius.formatToParts(value)),
    load: (value) => ({ number: (value < 10 ? hundredths : tenths).format(value), unit: '' }),
    duration(value) {
      const first = parts.findIndex(([, size]) => value >= size);
      const start = first === -1 ? parts.length - 1 : first;
      let rest = value;
      const shown: string[] = [];
      for (const [format, size] of units.slice(start, start + 2)) {
        const count = Math.floor(rest / size);
        if (count > 0 || shown.length === 0) shown.push(format.format(count));
        rest %= size;
      }
      return list.format(shown);
    },
    time: (at, withSeconds = false) => (withSeconds ? seconds : minutes).format(at),
    tick: (at, withSeconds) =>
      (withSeconds ? seconds : minutes)
        .formatToParts(at)
        .filter(({ type }) => type !== 'dayPeriod')
        .map(({ value }) => value)
        .join('')
        .trim(),
    moment: (at) => moments.format(at),
  };
}

function split(written: Intl.NumberFormatPart[]): Quantity {
  const isUnit = ({ type }: Intl.NumberFormatPart) => type === 'unit' || type === 'percentSign';
  const last = written.findLastIndex((part) => !isUnit(part) && part.type !== 'literal');
  const join = (some: Intl.NumberFormatPart[]) => some.map(({ value }) => value).join('');
  // A number never stands on another line than its unit.
  return { number: join(written.slice(0, last + 1)), unit: join(written.slice(last + 1)).replaceAll(' ', blank) };
}
