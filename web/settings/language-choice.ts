import type { Locale } from '@shared/people/schema.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { browserLocale, isLocale, localeNames, locales } from '../i18n/locale.ts';
import { useHearth, useSession } from '../platform/hearth.tsx';
import { useToasts } from '../ui/Toasts.tsx';

type Choice = Locale | 'browser';

/** The language as a choice of the person: at once in this browser, and kept with their account for the others. */
export function createLanguageChoice() {
  const { t, choice, choose, errorText } = useI18n();
  const hearth = useHearth();
  const session = useSession();
  const toasts = useToasts();
  return {
    value: (): Choice => choice() ?? 'browser',
    options: (): { value: Choice; label: string }[] => [
      { value: 'browser', label: t('language.browser', { language: localeNames[browserLocale()] }) },
      ...locales.map((locale) => ({ value: locale, label: localeNames[locale] })),
    ],
    choose: async (next: Choice) => {
      const locale = isLocale(next) ? next : null;
      await choose(locale);
      if (session().status !== 'signedIn') return;
      const result = await hearth.api.people.updateMe({ locale });
      if (result.ok) hearth.signedIn(result.data);
      else toasts.show({ text: errorText(result.error), tone: 'danger' });
    },
  };
}
