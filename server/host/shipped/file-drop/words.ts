import { hearth } from 'hearth:page';

const en = {
  title: 'File drop',
  choose: 'Choose files',
  drop: 'or drop them here',
  empty: 'No files yet. What you send is there for the whole team.',
  loading: 'Loading …',
  by: (name: string, when: string) => `${name}, ${when}`,
  download: (name: string) => `Download ${name}`,
  remove: (name: string) => `Remove ${name}`,
  sure: 'Really remove?',
  removed: (name: string) => `${name} was removed`,
  sending: (name: string, percent: number) => `${name}: ${percent} %`,
  stop: (name: string) => `Stop sending ${name}`,
  retry: 'Go on',
  broken: (name: string, why: string) => `${name} is not there yet: ${why}`,
  failed: 'The list could not be loaded',
  again: 'Try again',
};
const de: typeof en = {
  title: 'Dateiablage',
  choose: 'Dateien wählen',
  drop: 'oder hierher ziehen',
  empty: 'Noch keine Dateien. Was du sendest, steht dem ganzen Team zur Verfügung.',
  loading: 'Wird geladen …',
  by: (name, when) => `${name}, ${when}`,
  download: (name) => `${name} herunterladen`,
  remove: (name) => `${name} löschen`,
  sure: 'Wirklich löschen?',
  removed: (name) => `${name} wurde gelöscht`,
  sending: (name, percent) => `${name}: ${percent} %`,
  stop: (name) => `${name} nicht weiter senden`,
  retry: 'Fortsetzen',
  broken: (name, why) => `${name} ist noch nicht da: ${why}`,
  failed: 'Die Liste konnte nicht geladen werden',
  again: 'Noch einmal versuchen',
};

/** The page's words in the person's language. */
export const words = (): typeof en => (hearth.locale === 'de' ? de : en);

/** As the browser's own region writes numbers and dates, where it speaks the chosen language. */
const region = (): string =>
  navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === hearth.locale) ?? hearth.locale;

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `1.4 MB`, in the person's language. */
export function bytesText(bytes: number): string {
  const step = Math.min(units.length - 1, bytes === 0 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const unit = units[step] ?? 'byte';
  const options = { style: 'unit', unit, maximumFractionDigits: step === 0 ? 0 : 1 } as const;
  return new Intl.NumberFormat(region(), options).format(bytes / 1000 ** step);
}

export const timeText = (at: number): string =>
  new Intl.DateTimeFormat(region(), { dateStyle: 'medium', timeStyle: 'short' }).format(at);
