import { expect, test } from 'bun:test';
import { contractList } from '@shared/contracts.ts';
import { moduleOf, systemLine } from '../../web/chat/timeline/system-line.ts';
import { de } from '../../web/i18n/de/index.ts';
import { en } from '../../web/i18n/en/index.ts';
import type { T } from '../../web/i18n/i18n.tsx';
import { createTranslate, lookUp, type Params } from '../../web/i18n/translate.ts';
import type { Dictionary } from '../../web/i18n/types.ts';
import { scopeText } from '../../web/modules/scopes.ts';

const translator = (locale: string, dictionary: Dictionary): T =>
  ((key: string, params?: Params) => {
    const entry = lookUp(dictionary, key);
    if (entry === undefined) throw new Error(`There is no text ${key}`);
    return createTranslate(locale)(entry, params);
  }) as T;
const languages = [translator('en', en), translator('de', de)];

test('each scope of Hearth’s own functions is said in plain words, in both languages', () => {
  const scopes = contractList.flatMap(({ name, definitions }) =>
    Object.values(definitions).map((definition) => `${name}:${'effect' in definition ? definition.effect : 'read'}`),
  );
  for (const t of languages)
    for (const scope of new Set(scopes)) expect(scopeText(scope, t)).not.toMatch(/:|^modules\./);
});

test('a scope of somebody’s own module is shown as it is', () => {
  for (const t of languages) expect(scopeText('weather:read', t)).toBe('weather:read');
});

test('a module that gave up is named with its reason, in the reader’s language', () => {
  const params = { id: 'lamp', title: 'Desk lamp', reason: 'exit code 3' };
  const body = { kind: 'system', code: 'module_failed', params } as const;
  expect(languages.map((t) => systemLine(body, t))).toEqual([
    'The module Desk lamp does not work any more: exit code 3',
    'Das Modul Desk lamp funktioniert nicht mehr: exit code 3',
  ]);
  expect(moduleOf(body)).toBe('lamp');
});

test('a line that this build does not know is told as such, whatever it carries', () => {
  const body = { kind: 'system', code: 'sun_rose', params: { id: 'lamp' } } as const;
  expect(languages.map((t) => systemLine(body, t))).toEqual([en['chat.systemLine'], de['chat.systemLine']]);
  expect(moduleOf(body)).toBeUndefined();
});
