import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Glob } from 'bun';
import { clientErrors, commonErrors, type ErrorDef } from '@shared/kernel/errors.ts';
import { contractList } from '@shared/contracts.ts';
import { de } from '../../web/i18n/de/index.ts';
import { en } from '../../web/i18n/en/index.ts';
import { errorText, issueText } from '../../web/i18n/error-text.ts';
import { browserLocale, regionalLocale } from '../../web/i18n/locale.ts';
import { createTranslate, lookUp, type Params } from '../../web/i18n/translate.ts';
import type { Dictionary, Entry } from '../../web/i18n/types.ts';

const root = new URL('../../', import.meta.url).pathname;
const languages: Record<string, Dictionary> = { en, de };
const keys = Object.keys(en).toSorted();

const forms = (entry: Entry | undefined): string[] =>
  entry === undefined ? [] : typeof entry === 'string' ? [entry] : Object.values(entry);
const placeholders = (entry: Entry | undefined): string[] =>
  [
    ...new Set(forms(entry).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))),
  ].toSorted();

const sources = [...new Glob('web/**/*.{ts,tsx}').scanSync({ cwd: root })]
  .filter((path) => !/^web\/(i18n\/(en|de)|dist)\//.test(path))
  .map((path) => readFileSync(root + path, 'utf8'))
  .join('\n');
/** Every string literal, and the fixed beginning of every template that goes on with a value. */
const literals = new Set([...sources.matchAll(/(['"`])([\w.]+)\1/g)].map((match) => match[2] ?? ''));
const beginnings = [
  ...new Set([...sources.matchAll(/`([a-zA-Z]\w*(?:\.\w+)*\.)\$\{/g)].map((match) => match[1] ?? '')),
];

const isErrorDef = (value: unknown): value is ErrorDef =>
  typeof value === 'object' && value !== null && 'code' in value && 'status' in value && 'retryable' in value;
const declared = async (): Promise<ErrorDef[]> => {
  const files = [...new Glob('shared/**/errors.ts').scanSync({ cwd: root })];
  const modules = await Promise.all(files.map((file) => import(root + file) as Promise<Record<string, unknown>>));
  return modules.flatMap((module) => Object.values(module).filter(isErrorDef));
};

const english = (key: string, params?: Params): string | undefined => {
  const entry = lookUp(en, key);
  return entry === undefined ? undefined : createTranslate('en')(entry, params);
};

describe('the dictionaries', () => {
  test('German has the keys of English, no more and no fewer', () => {
    expect(Object.keys(de).toSorted()).toEqual(keys);
  });

  test('no two domains state the same key', () => {
    for (const language of ['en', 'de']) {
      const text = [...new Glob(`web/i18n/${language}/*.ts`).scanSync({ cwd: root })]
        .map((path) => readFileSync(root + path, 'utf8'))
        .join('\n');
      const stated = [...text.matchAll(/^ {2}'([\w.]+)':/gm)].map((match) => match[1]);
      expect(stated.length).toBe(keys.length);
      expect(new Set(stated).size).toBe(stated.length);
    }
  });

  test('each text takes the same values in both languages', () => {
    const differing = keys.filter(
      (key) => placeholders(lookUp(en, key)).join() !== placeholders(lookUp(de, key)).join(),
    );
    expect(differing).toEqual([]);
  });

  test('plurals have every form their language distinguishes', () => {
    for (const [language, dictionary] of Object.entries(languages)) {
      const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
      for (const key of keys) {
        const entry = lookUp(dictionary, key);
        if (typeof entry === 'object') expect([key, ...Object.keys(entry).toSorted()]).toEqual([key, ...categories]);
      }
    }
  });

  test('a plural of one language is a plural of the other', () => {
    expect(keys.filter((key) => typeof lookUp(en, key) !== typeof lookUp(de, key))).toEqual([]);
  });

  test('no text is empty or has a space at its edge', () => {
    for (const dictionary of Object.values(languages)) {
      expect(
        keys.filter((key) => forms(lookUp(dictionary, key)).some((form) => form === '' || form !== form.trim())),
      ).toEqual([]);
    }
  });

  test('every key is used somewhere in the web app', () => {
    const used = (key: string) => literals.has(key) || beginnings.some((beginning) => key.startsWith(beginning));
    expect(keys.filter((key) => !used(key))).toEqual([]);
  });

  test('every key the web app names exists', () => {
    const named = [...sources.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((key) => lookUp(en, key) === undefined)).toEqual([]);
  });
});

describe('the sentences for errors', () => {
  test('every error code of the contracts and the client has a sentence in both languages', async () => {
    const all = [
      ...(await declared()),
      ...commonErrors,
      ...clientErrors,
      ...contractList.flatMap((contract) => Object.values(contract.definitions).flatMap((each) => each.errors)),
    ];
    expect(all.length).toBeGreaterThan(30);
    for (const dictionary of Object.values(languages)) {
      const missing = all.filter((error) => lookUp(dictionary, `errors.${error.code}`) === undefined);
      expect(missing.map((error) => error.code)).toEqual([]);
    }
  });

  test('no sentence is left of an error that nobody declares any more', async () => {
    const codes = new Set((await declared()).map((error) => error.code));
    const stale = keys.filter((key) => key.startsWith('errors.') && !codes.has(key.slice(7)) && !literals.has(key));
    expect(stale).toEqual([]);
  });

  test('an error of unknown code keeps the sentence of the server', () => {
    const error = { code: 'module.broken', message: 'The lamp is not plugged in', retryable: false };
    expect(errorText(error, english)).toBe('The lamp is not plugged in');
  });

  test('a limit says how long to wait', () => {
    const error = { code: 'request.rate_limited', message: 'x', retryable: true, retryAfter: 12.3 };
    expect(errorText(error, english)).toBe('Too many attempts. Please wait 13 seconds.');
  });

  test('a refused value is explained by its limit, an unknown issue in general', () => {
    expect(issueText({ code: 'too_small', params: { minimum: 8 } }, english)).toBe('At least 8 characters, please.');
    expect(issueText({ code: 'too_small', params: { minimum: 3, origin: 'number' } }, english)).toBe(
      'At least 3, please.',
    );
    expect(issueText({ code: 'invalid_format', params: { format: 'email' } }, english)).toBe(
      'This is not an e-mail address.',
    );
    expect(issueText({ code: 'unheard_of' }, english)).toBe('This value is not valid.');
  });
});

describe('filling a text', () => {
  const plural = { one: '{count} mouse', other: '{count} mice' };

  test('the number picks the form and is written as the language writes it', () => {
    expect(createTranslate('en')(plural, { count: 1 })).toBe('1 mouse');
    expect(createTranslate('en')(plural, { count: 0 })).toBe('0 mice');
    expect(createTranslate('de')(plural, { count: 12_345 })).toBe('12.345 mice');
  });

  test('a value is not searched for placeholders again', () => {
    expect(createTranslate('en')('Hello {name}', { name: '{count}', count: 3 })).toBe('Hello {count}');
  });

  test('a placeholder without a value stays visible', () => {
    expect(createTranslate('en')('Hello {name}')).toBe('Hello {name}');
  });

  test('a key that objects have by nature is not a text', () => {
    expect(lookUp(en, 'toString')).toBeUndefined();
  });
});

describe('choosing the language', () => {
  test('the first of the browser’s languages that Hearth speaks wins', () => {
    expect(browserLocale(['fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(browserLocale(['fr', 'pt-BR'])).toBe('en');
    expect(browserLocale([])).toBe('en');
  });

  test('dates follow the browser’s region only where it speaks the chosen language', () => {
    expect(regionalLocale('de', ['en-US', 'de-AT'])).toBe('de-AT');
    expect(regionalLocale('de', ['en-US'])).toBe('de');
  });
});
