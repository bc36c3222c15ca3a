import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { Glob } from 'bun';
import { contractList } from '@shared/contracts.ts';
import { clientErrors, commonErrors, type ErrorDef } from '@shared/kernel/errors.ts';
import { modules } from '@shared/modules/contract.ts';
import { moduleErrors, pageErrors } from '@shared/modules/errors.ts';
import { de } from '../../web/i18n/de/index.ts';
import { en } from '../../web/i18n/en/index.ts';
import { lookUp } from '../../web/i18n/translate.ts';

const shared = join(import.meta.dir, '../../shared');

const isErrorDef = (value: unknown): value is ErrorDef =>
  typeof value === 'object' && value !== null && 'code' in value && 'status' in value && 'retryable' in value;

/** Every error that a file of `shared` exports, with the folder it lies in. */
const exported: { folder: string; error: ErrorDef }[] = [];
for (const path of new Glob('*/errors.ts').scanSync({ cwd: shared })) {
  const module = (await import(join(shared, path))) as Record<string, unknown>;
  for (const error of Object.values(module).filter(isErrorDef))
    exported.push({ folder: path.split('/')[0] ?? '', error });
}
const all = exported.map(({ error }) => error);

const declared = new Set(
  [...contractList, modules].flatMap((contract) =>
    Object.values(contract.definitions).flatMap((definition) => [...definition.errors]),
  ),
);

/** What the hub answers to frames and upgrades, which no contract declares. */
const ofTheProtocol = [
  'hub.unknown_event',
  'hub.too_many_channels',
  'hub.too_many_streams',
  'hub.stream_not_found',
  'hub.queue_full',
  'hub.too_many_connections',
  'hub.not_subscribed',
];

describe('the error codes', () => {
  test('are stated once each', () => {
    const codes = all.map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.toSorted()).toEqual([...new Set(codes)].toSorted());
  });

  test('are those that contracts declare: none stands in a contract alone', () => {
    expect([...declared].filter((error) => !all.includes(error))).toEqual([]);
  });

  test('name a domain and a reason, a domain’s own errors the domain itself', () => {
    for (const { folder, error } of exported) {
      expect(error.code).toMatch(/^[a-z]+\.[a-z]+(_[a-z]+)*$/);
      const domain = error.code.split('.')[0];
      if (folder === 'kernel') expect(domain).toMatch(/^(request|auth|server|network|outbox)$/);
      else expect(domain).toBe(folder === 'modules' ? 'module' : folder);
    }
  });

  test('can all happen: declared by a contract, common, the protocol’s, the app’s or the client’s', () => {
    const known = new Set(
      [...declared, ...commonErrors, ...moduleErrors, ...pageErrors, ...clientErrors].map(({ code }) => code),
    );
    expect(all.map(({ code }) => code).filter((code) => !known.has(code) && !ofTheProtocol.includes(code))).toEqual([]);
  });

  test('have an HTTP status for a refusal, the client’s own none', () => {
    for (const error of all)
      if (clientErrors.includes(error)) expect(error.status).toBe(0);
      else expect([400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 500, 502, 503, 504]).toContain(error.status);
  });

  test('of a server or a line in trouble may be tried again, those of a wrong request may not', () => {
    for (const { code, status, retryable } of all) {
      if (status >= 500 || status === 408) expect([code, retryable]).toEqual([code, true]);
      else if (status >= 400 && status < 429) expect([code, retryable]).toEqual([code, false]);
    }
  });

  test('have an English sentence of one line, and a German and an English one for people', () => {
    for (const { code, message } of all) {
      expect(message).toMatch(/^[A-Z][^\n]{8,120}[^.\s]$/);
      for (const dictionary of [en, de])
        expect([code, lookUp(dictionary, `errors.${code}`)]).not.toEqual([code, undefined]);
    }
  });
});
