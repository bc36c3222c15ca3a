import type { Locale } from '@shared/people/schema.ts';

export const locales: readonly Locale[] = ['en', 'de'];
/** Each language by its own name. */
export const localeNames: Readonly<Record<Locale, string>> = { en: 'English', de: 'Deutsch' };

export const isLocale = (value: unknown): value is Locale => locales.some((locale) => locale === value);
/** The first of the browser's languages that Hearth speaks. */
export function browserLocale(languages: readonly string[] = navigator.languages): Locale {
  for (const tag of languages) {
    const language = tag.toLowerCase().split('-')[0];
    if (isLocale(language)) return language;
  }
  return 'en';
}

/** For dates and numbers: the browser's own region where it speaks the chosen language (de-AT, en-GB), else the language. */
export function regionalLocale(locale: Locale, languages: readonly string[] = navigator.languages): string {
  return languages.find((tag) => tag.toLowerCase().split('-')[0] === locale) ?? locale;
}
