import { createFormat as createMachineFormat, type Quantity, textOf } from '../dashboard/format.ts';

/** How the page writes numbers in one locale. */
export interface Format {
  count(value: number): string;
  bytes(value: number): Quantity;
  /** Bytes per second. */
  rate(value: number): Quantity;
  perSecond(value: number): Quantity;
  milliseconds(value: number): Quantity;
  /** Seconds, as their two largest parts; below a minute as they are. */
  duration(value: number): string;
  /** Milliseconds UTC. */
  time(at: number): string;
  text(quantity: Quantity): string;
}

const blank = '\u00a0';

export function createFormat(locale: string): Format {
  const machine = createMachineFormat(locale);
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const seconds = new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', maximumFractionDigits: 0 });
  const fine = (value: number): string => (value < 9.95 ? tenths : whole).format(value);
  return {
    count: (value) => whole.format(value),
    bytes: machine.bytes,
    rate: machine.rate,
    perSecond: (value) => ({ number: value === 0 ? whole.format(0) : fine(value), unit: '/s' }),
    milliseconds: (value) => ({ number: fine(value), unit: `${blank}ms` }),
    duration: (value) => (value < 60 ? seconds.format(Math.floor(value)) : machine.duration(value)),
    time: (at) => machine.time(at, true),
    text: textOf,
  };
}
