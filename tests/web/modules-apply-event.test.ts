import { expect, test } from 'bun:test';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import { applyChanged, applyToggled, sorted } from '../../web/modules/apply-event.ts';

const module = (id: string, more: Partial<ModuleInfo> = {}): ModuleInfo => ({
  id,
  title: id,
  description: '',
  version: '1.0.0',
  enabled: true,
  state: 'active',
  shipped: false,
  hasPage: false,
  tile: null,
  commands: [],
  admin: null,
  ...more,
});
const admin = { reason: null, permissions: [], hasSettings: false, trusted: false, instances: [], changedAt: 1 };
const states = (list: readonly ModuleInfo[]) => list.map(({ id, state, enabled }) => [id, state, enabled]);

test('a module that is switched off leaves the others’ lists at once and stays in an admin’s', () => {
  const off = { plugin: 'lamp', enabled: false };
  expect(applyToggled([module('lamp'), module('door')], off).map(({ id }) => id)).toEqual(['door']);
  expect(states(applyToggled([module('lamp', { admin })], off))).toEqual([['lamp', 'disabled', false]]);
});

test('a module that is switched on is starting until it says more', () => {
  const known = [module('lamp', { admin, enabled: false, state: 'disabled' })];
  const on = applyToggled(known, { plugin: 'lamp', enabled: true });
  expect(states(on)).toEqual([['lamp', 'loading', true]]);
  expect(states(applyChanged(on, { id: 'lamp', state: 'active' }))).toEqual([['lamp', 'active', true]]);
  expect(
    states(applyToggled(applyChanged(on, { id: 'lamp', state: 'active' }), { plugin: 'lamp', enabled: true })),
  ).toEqual([['lamp', 'active', true]]);
});

test('a change of state is shown, and an unknown module changes nothing', () => {
  const known = [module('lamp')];
  expect(states(applyChanged(known, { id: 'lamp', state: 'retrying' }))).toEqual([['lamp', 'retrying', true]]);
  expect(applyChanged(known, { id: 'door', state: 'failed' })).toBe(known);
  expect(applyToggled(known, { plugin: 'door', enabled: true })).toBe(known);
});

test('modules stand by title as the language sorts them, whatever their state', () => {
  const list = [
    module('z', { title: 'Ära' }),
    module('b', { title: 'zebra' }),
    module('c', { title: 'Ast', state: 'failed' }),
  ];
  expect(sorted(list, 'de').map(({ title }) => title)).toEqual(['Ära', 'Ast', 'zebra']);
});
