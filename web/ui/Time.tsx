import { createMemo, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { createClock } from './clock.ts';

export type TimeFormat = 'time' | 'date' | 'dateTime' | 'relative';

const formats: Record<Exclude<TimeFormat, 'relative'>, Intl.DateTimeFormatOptions> = {
  time: { hour: '2-digit', minute: '2-digit' },
  date: { dateStyle: 'medium' },
  dateTime: { dateStyle: 'medium', timeStyle: 'short' },
};

const cache = new Map<string, Intl.DateTimeFormat>();

/** Building a formatter is dear: one for each locale and format. */
export function formatTime(at: number, format: Exclude<TimeFormat, 'relative'> | 'full', locale: string): string {
  const key = `${locale}/${format}`;
  const known = cache.get(key);
  const options = format === 'full' ? ({ dateStyle: 'full', timeStyle: 'medium' } as const) : formats[format];
  const formatter = known ?? new Intl.DateTimeFormat(locale, options);
  if (!known) cache.set(key, formatter);
  return formatter.format(at);
}

const steps: readonly [unit: Intl.RelativeTimeFormatUnit, ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** "5 minutes ago", "in 2 days"; below a minute "now". */
export function formatRelative(at: number, now: number, locale: string): string {
  const formatter = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, ms] of steps) {
    const count = Math.round((at - now) / ms);
    if (count !== 0) return formatter.format(count, unit);
  }
  return formatter.format(0, 'second');
}

function Relative(props: { at: number }) {
  const { region } = useI18n();
  const now = createClock(30_000);
  return <>{formatRelative(props.at, now(), region())}</>;
}

/** A moment in the reader's locale; the whole date is in its title. */
export function Time(props: { at: number; format?: TimeFormat; class?: string }) {
  const { region } = useI18n();
  const absolute = createMemo(() => {
    const format = props.format ?? 'dateTime';
    return format === 'relative' ? undefined : formatTime(props.at, format, region());
  });
  return (
    <time
      class={props.class}
      datetime={new Date(props.at).toISOString()}
      title={formatTime(props.at, 'full', region())}
    >
      <Show when={absolute()} fallback={<Relative at={props.at} />}>
        {absolute()}
      </Show>
    </time>
  );
}
