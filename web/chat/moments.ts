import { formatTime } from '../ui/Time.tsx';

const DAY = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(at: number, locale: string, name: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${locale}/${name}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(locale, options);
    formatters.set(key, formatter);
  }
  return formatter.format(at);
}

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Calendar days between two moments; 1 for yesterday, however few hours ago it was. */
export const daysBefore = (at: number, now: number): number => Math.round((midnight(now) - midnight(at)) / DAY);

const capital = (text: string, locale: string): string => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);

/** The day of a separator: "Today", "Yesterday", "Monday, 3 March", with the year where it is another one. */
export function dayName(at: number, now: number, locale: string): string {
  const days = daysBefore(at, now);
  if (days === 0 || days === 1) {
    return capital(new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-days, 'day'), locale);
  }
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return sameYear
    ? format(at, locale, 'day', { weekday: 'long', day: 'numeric', month: 'long' })
    : format(at, locale, 'dayOfYear', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}

/** As short as a list needs it: the time today, the weekday within the week, else the date. */
export function shortMoment(at: number, now: number, locale: string): string {
  const days = daysBefore(at, now);
  if (days <= 0) return formatTime(at, 'time', locale);
  if (days < 7) return format(at, locale, 'weekday', { weekday: 'short' });
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return sameYear
    ? format(at, locale, 'date', { day: 'numeric', month: 'short' })
    : format(at, locale, 'year', { day: '2-digit', month: '2-digit', year: '2-digit' });
}
