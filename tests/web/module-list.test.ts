import { expect, test } from 'bun:test';
import type { Hearth } from '@shared/client/types.ts';
import { fail, Unreachable } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import { createModuleList } from '../../web/modules/module-list.ts';

const lamp = (state: ModuleInfo['state']) =>
  ({ id: 'lamp', title: 'Lamp', enabled: true, state, admin: {} }) as ModuleInfo;

/** A Hearth whose answers are given one by one, and whose events are sent by hand. */
function house() {
  const asked: ((answer: Result<ModuleInfo[]>) => void)[] = [];
  const listeners = new Map<string, (payload: unknown) => void>();
  const hearth = {
    api: { modules: { list: () => new Promise((resolve) => asked.push(resolve)) } },
    events: {
      on: (event: string, listener: (payload: unknown) => void) => {
        listeners.set(event, listener);
        return () => listeners.delete(event);
      },
      onOnline: (listener: () => void) => {
        listeners.set('online', listener);
        return () => listeners.delete('online');
      },
    },
  };
  const list = createModuleList(hearth as unknown as Hearth);
  const answer = async (result: Result<ModuleInfo[]>) => {
    asked.shift()?.(result);
    await Promise.resolve();
    await Promise.resolve();
  };
  const send = (event: string, payload: unknown = {}) => listeners.get(event)?.(payload);
  return { list, asked, answer, send, listeners };
}

test('what changes while the list is on its way is asked for once more, however often it changes', async () => {
  const { list, asked, answer, send } = house();
  for (const state of ['loading', 'active', 'retrying'] as const) send('module_changed', { id: 'lamp', state });
  expect(asked).toHaveLength(1);
  await answer(ok([lamp('loading')]));
  expect(asked).toHaveLength(1);
  await answer(ok([lamp('active')]));
  expect([list.modules()?.[0]?.state, asked.length, list.busy()]).toEqual(['active', 0, false]);
});

test('a change shows before the list is there anew', async () => {
  const { list, asked, answer, send } = house();
  await answer(ok([lamp('active')]));
  send('plugin_toggled', { plugin: 'lamp', enabled: false });
  expect([list.modules()?.[0]?.state, asked.length]).toEqual(['disabled', 1]);
});

test('a failure keeps what was known, and coming back asks again', async () => {
  const { list, asked, answer, send } = house();
  await answer(ok([lamp('active')]));
  send('online');
  await answer(fail(Unreachable));
  expect([list.modules()?.length, list.error()?.code]).toEqual([1, 'network.unreachable']);
  send('online');
  expect(asked).toHaveLength(1);
  await answer(ok([]));
  expect([list.modules(), list.error()]).toEqual([[], undefined]);
});

test('a list that has ended listens to nothing and asks nobody', async () => {
  const { list, asked, answer, listeners } = house();
  list.dispose();
  await answer(ok([lamp('active')]));
  list.reload();
  expect([listeners.size, asked.length, list.modules()]).toEqual([0, 0, undefined]);
});
