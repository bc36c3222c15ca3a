import type { HearthError } from '@shared/kernel/result.ts';
import type { Locale } from '@shared/people/schema.ts';
import { type Accessor, createContext, createMemo, createSignal, type ParentProps, useContext } from 'solid-js';
import type { en } from './en/index.ts';
import { errorText, issueText } from './error-text.ts';
import { browserLocale, regionalLocale } from './locale.ts';
import { storedLocale, storeLocale } from './stored-locale.ts';
import { createTranslate, lookUp, type Params } from './translate.ts';
import type { Dictionary, ParamArgs } from './types.ts';

export type Key = keyof typeof en;
export type T = <K extends Key>(key: K, ...args: ParamArgs<(typeof en)[K]>) => string;

const loaders: Readonly<Record<Locale, () => Promise<Dictionary>>> = {
  en: async () => (await import('./en/index.ts')).en,
  de: async () => (await import('./de/index.ts')).de,
};

export interface Language {
  locale: Locale;
  dictionary: Dictionary;
}

export const loadLanguage = async (locale: Locale): Promise<Language> => ({
  locale,
  dictionary: await loaders[locale](),
});

interface I18n {
  /** `t('people.count', { count: 3 })`: keys and parameters are checked by the compiler. */
  t: T;
  /** The sentence for an error of the server, the network or a form. */
  errorText: (error: HearthError) => string;
  /** The sentence for one refused value, shown at its field. */
  issueText: (issue: { code: string; params?: Record<string, unknown> }) => string;
  locale: Accessor<Locale>;
  /** The locale for `Intl`: with the browser's region where it has one. */
  region: Accessor<string>;
  /** The choice: null follows the browser. Loads the language, then switches. */
  choice: Accessor<Locale | null>;
  choose: (choice: Locale | null) => Promise<void>;
}

const I18nContext = createContext<I18n>();

export function I18nProvider(props: ParentProps<{ initial: Language }>) {
  const [language, setLanguage] = createSignal(props.initial);
  const [choice, setChoice] = createSignal(storedLocale());
  const locale = () => language().locale;
  const fill = createMemo(() => createTranslate(locale()));
  const text = (key: string, params?: Params): string | undefined => {
    const entry = lookUp(language().dictionary, key);
    return entry === undefined ? undefined : fill()(entry, params);
  };
  const t: T = (key, ...args) => text(key, args[0] as Params | undefined) ?? key;
  const choose = async (next: Locale | null) => {
    storeLocale(next);
    setChoice(next);
    const wanted = next ?? browserLocale();
    if (wanted === locale()) return;
    const loaded = await loadLanguage(wanted);
    // Somebody may have chosen again while the language was on its way.
    if (choice() !== next) return;
    setLanguage(loaded);
    document.documentElement.lang = wanted;
  };
  const value: I18n = {
    t,
    errorText: (error) => errorText(error, text),
    issueText: (issue) => issueText(issue, text),
    locale,
    region: createMemo(() => regionalLocale(locale())),
    choice,
    choose,
  };
  return <I18nContext.Provider value={value}>{props.children}</I18nContext.Provider>;
}

export function useI18n(): I18n {
  const i18n = useContext(I18nContext);
  if (!i18n) throw new Error('I18nProvider is missing above this component');
  return i18n;
}
