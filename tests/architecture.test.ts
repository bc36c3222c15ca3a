import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { domainOf, findCircle, violations } from './support/architecture-rules.ts';
import { filesBelow, importsOf, readSources, root, type Source } from './support/sources.ts';

const sources = readSources('server', 'shared', 'web', 'tests', '.scripts');
const imports = new Map(sources.map((source) => [source.path, importsOf(source)]));
const importsFrom = (path: string) => imports.get(path) ?? [];

describe('imports', () => {
  test('keep to the rules between layers and domains', () => {
    const broken = sources.flatMap(({ path }) => importsFrom(path).flatMap((found) => violations(path, found)));
    expect(broken).toEqual([]);
  });

  test('make no circle between the domains of the server', () => {
    const edges = new Map<string, Set<string>>();
    for (const { path } of sources.filter((source) => source.path.startsWith('server/'))) {
      const from = domainOf(path);
      for (const { to } of importsFrom(path)) {
        const domain = to.startsWith('server/') ? domainOf(to) : undefined;
        if (from && domain && domain !== from) edges.set(from, (edges.get(from) ?? new Set()).add(domain));
      }
    }
    expect(findCircle(edges)).toBeUndefined();
  });

  test('bring no zod and no contract into the browser', () => {
    const reached = new Map<string, string>();
    const follow = (path: string, from: string) => {
      if (reached.has(path)) return;
      reached.set(path, from);
      for (const { to, typeOnly } of importsFrom(path)) if (!typeOnly) follow(to, path);
    };
    for (const { path } of sources.filter((source) => source.path.startsWith('web/'))) follow(path, path);
    expect(reached.get('zod')).toBeUndefined();
    expect([...reached.keys()].filter((path) => /^shared\/.*contracts?\.ts$/.test(path))).toEqual([]);
  });

  const wrong: [string, string][] = [
    ['shared/chat/contract.ts', 'elysia'],
    ['shared/chat/contract.ts', 'idb'],
    ['shared/chat/contract.ts', 'server/chat/chat.ts'],
    ['server/platform/log.ts', 'shared/chat/contract.ts'],
    ['server/platform/log.ts', 'server/chat/chat.ts'],
    ['server/hub/hub.ts', 'server/chat/chat.ts'],
    ['server/modules/registry.ts', 'server/people/people.ts'],
    ['server/chat/rooms.ts', 'server/people/store.ts'],
    ['server/chat/rooms.ts', 'server/app.ts'],
    ['server/chat/rooms.ts', 'server/chat/tables.ts'],
    ['server/chat/module.ts', 'elysia'],
    ['server/hub/socket.ts', '@elysiajs/jwt'],
    ['server/cli/serve.ts', 'server/chat/chat.ts'],
    ['server/verify/house.ts', 'server/chat/chat.ts'],
    ['server/hub/connection.ts', 'server/verify/wire/wire.ts'],
    ['server/verify/client.ts', 'server/bench/sink.ts'],
    ['server/bench/storeless.ts', 'server/chat/chat.ts'],
    ['server/chat/rooms.ts', 'tests/support/db.ts'],
    ['web/chat/state.ts', 'server/chat/chat.ts'],
    ['web/ui/Button.tsx', 'web/chat/state.ts'],
  ];
  test.each(wrong)('are refused from %s to %s', (path, to) => {
    expect(violations(path, { to, typeOnly: false })).not.toEqual([]);
  });

  const right: [string, string][] = [
    ['shared/client/outbox.ts', 'idb'],
    ['server/chat/rooms.ts', 'server/people/people.ts'],
    ['server/chat/store.ts', 'server/chat/tables.ts'],
    ['server/app.ts', 'server/chat/module.ts'],
    ['server/platform/http/jwt.ts', '@elysiajs/jwt'],
    ['web/chat/state.ts', 'shared/chat/contract.ts'],
    ['web/chat/ChatPage.tsx', 'web/people/PeoplePage.tsx'],
  ];
  test.each(right)('are allowed from %s to %s', (path, to) => {
    expect(violations(path, { to, typeOnly: false })).toEqual([]);
  });

  test('are read from code as it is written', () => {
    const text = `
      import { z } from 'zod';
      import type { Room } from '../../shared/chat/schema.ts';
      import {
        a,
        type B,
      } from '@shared/kernel/result.ts';
      import './side-effect.ts';
      export * from "./other.ts";
      // import { no } from 'comment';
      const page = () => import('./page.ts');
      z(a);
    `;
    expect(importsOf({ path: 'server/chat/rooms.ts', text })).toEqual([
      { to: 'zod', typeOnly: false },
      { to: 'shared/chat/schema.ts', typeOnly: true },
      { to: 'shared/kernel/result.ts', typeOnly: false },
      { to: 'server/chat/side-effect.ts', typeOnly: false },
      { to: 'server/chat/other.ts', typeOnly: false },
      { to: 'server/chat/page.ts', typeOnly: false },
    ]);
  });

  test('in a circle are found', () => {
    const edges = (...pairs: [string, string][]) => new Map(pairs.map(([from, to]) => [from, new Set([to])]));
    expect(findCircle(edges(['a', 'b'], ['b', 'c'], ['c', 'b']))).toEqual(['b', 'c', 'b']);
    expect(findCircle(edges(['a', 'b'], ['b', 'c']))).toBeUndefined();
  });
});

describe('files', () => {
  const topLevel = [
    ...['package.json', 'bun.lock', 'bunfig.toml', 'tsconfig.json', 'server', 'web', 'shared', 'tests'],
    ...['Dockerfile', 'README.md', 'ARCHITECTURE.md', 'LICENSE'],
  ];
  const made = ['node_modules', 'dist', 'data'];

  test('at the top are those that a newcomer expects', () => {
    const names = readdirSync(root).filter((name) => !name.startsWith('.') && !made.includes(name));
    expect(names.filter((name) => !topLevel.includes(name))).toEqual([]);
  });

  test('stay small: nothing above 400 lines, and what is above 250 is named', () => {
    const lines = ({ text }: Source) => text.split('\n').length - 1;
    const long = sources.filter((source) => lines(source) > 250).sort((a, b) => lines(b) - lines(a));
    for (const source of long) process.stdout.write(`${lines(source)} lines: ${source.path}\n`);
    expect(long.filter((source) => lines(source) > 400).map(({ path }) => path)).toEqual([]);
  });

  test('are named after what is in them, in kebab-case, or PascalCase for a component', () => {
    const vague = /^(utils?|helpers?|manager|misc|stuff)\b/i;
    const names = sources.map(({ path }) => ({ path, name: path.split('/').at(-1) ?? '' }));
    const isFitting = (name: string) =>
      /^[a-z0-9]+([-.][a-z0-9]+)*\.(ts|tsx|mjs)$/.test(name) || /^([A-Z][a-z0-9]*)+\.tsx$/.test(name);
    expect(names.filter(({ name }) => vague.test(name) || !isFitting(name)).map(({ path }) => path)).toEqual([]);
  });

  test('name no package host in the lockfile', () => {
    expect(readFileSync(join(root, 'bun.lock'), 'utf8')).not.toMatch(/https?:\/\//);
  });

  test('with tests are named so that they are run', () => {
    const looksLikeTest = ({ text }: Source) =>
      /from 'bun:test'/.test(text) && /^\s*(test|describe)(\.\w+)?\(/m.test(text);
    const tests = sources.filter(({ path }) => path.startsWith('tests/')).filter(looksLikeTest);
    const hidden = tests.filter(({ path }) => !path.endsWith('.test.ts') && !path.endsWith('-suite.ts'));
    expect(hidden.map(({ path }) => path)).toEqual([]);
    expect(filesBelow('tests').length).toBeGreaterThan(tests.length);
  });
});

describe('tests', () => {
  /** Waits between two looks at a condition, which is the one good use of a pause. */
  const waits = /\/until\.ts$/;
  const sleeping = /\bBun\.sleep(Sync)?\(|timers\/promises|setTimeout\(\s*(resolve|done|ok|r)\b/;

  test('wait for conditions and never for time', () => {
    const subjects = sources.filter(({ path }) => path.startsWith('tests/'));
    const asleep = subjects.filter(({ path, text }) => !waits.test(path) && sleeping.test(text));
    expect(asleep.map(({ path }) => path)).toEqual([]);
  });

  test('are not switched off', () => {
    const off = /\b(test|describe)\.(skip|only|todo)\(/;
    const found = sources.filter(({ path, text }) => path.startsWith('tests/') && off.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});
