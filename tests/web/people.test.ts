import { describe, expect, test } from 'bun:test';
import type { UserId } from '@shared/kernel/ids.ts';
import type { Person } from '@shared/people/schema.ts';
import { applyPersonChanged, applyPresence, matching, sorted } from '../../web/people/apply-event.ts';
import { initialsOf, toneOf } from '../../web/ui/initials.ts';

const person = (letter: string, name: string, more: Partial<Person> = {}): Person => ({
  id: `usr_${letter}` as UserId,
  name,
  role: 'member',
  active: true,
  presence: 'offline',
  ...more,
});
const anna = person('a', 'Anna');
const zoe = person('b', 'Zoë', { presence: 'online' });
const gone = person('c', 'Aaron', { active: false });

describe('the list of people', () => {
  test('somebody new is added, somebody known changes in place and keeps their presence', () => {
    const { presence: _, ...changed } = { ...zoe, name: 'Zoë Frank', role: 'admin' as const };
    expect(applyPersonChanged([anna, zoe], changed)).toEqual([anna, { ...zoe, name: 'Zoë Frank', role: 'admin' }]);
    expect(applyPersonChanged([anna], changed).map((each) => each.name)).toEqual(['Anna', 'Zoë Frank']);
  });

  test('presence changes those it names and nobody else', () => {
    const changed = applyPresence([anna, zoe], { users: [{ id: anna.id, presence: 'online' }] });
    expect(changed.map((each) => each.presence)).toEqual(['online', 'online']);
    expect(changed[1]).toBe(zoe);
  });

  test('presence of somebody unknown adds nobody', () => {
    expect(applyPresence([anna], { users: [{ id: zoe.id, presence: 'online' }] })).toEqual([anna]);
  });

  test('those online stand first, the deactivated last', () => {
    expect(sorted([gone, anna, zoe], 'en').map((each) => each.name)).toEqual(['Zoë', 'Anna', 'Aaron']);
  });

  test('a search ignores case and accents and finds nobody by other letters', () => {
    expect(matching([anna, zoe], ' zoe').map((each) => each.name)).toEqual(['Zoë']);
    expect(matching([anna, zoe], 'x')).toEqual([]);
    expect(matching([anna, zoe], '  ')).toEqual([anna, zoe]);
  });
});

describe('an avatar', () => {
  test('shows the first letters of the first and the last word', () => {
    expect(initialsOf('Mara Lindqvist')).toBe('ML');
    expect(initialsOf('Nils-Holger von Hohenstein')).toBe('NH');
  });

  test('of one word shows two letters, of one letter one', () => {
    expect(initialsOf('oskar')).toBe('OS');
    expect(initialsOf('ö')).toBe('Ö');
  });

  test('does not cut an emoji in half', () => {
    expect(initialsOf('🦊 Fox')).toBe('🦊F');
  });

  test('of the same person has the same colour, and a colour that exists', () => {
    expect(toneOf('usr_1')).toBe(toneOf('usr_1'));
    const tones = Array.from({ length: 200 }, (_, index) => toneOf(`usr_${index}`));
    expect(new Set(tones).size).toBe(10);
    expect(Math.max(...tones)).toBeLessThan(10);
  });
});
