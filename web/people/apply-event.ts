import type { PersonChanged, PresenceChanged } from '@shared/people/events.ts';
import type { Person } from '@shared/people/schema.ts';

/** Somebody joined, or changed name or role. Who is new has just opened Hearth. */
export function applyPersonChanged(people: readonly Person[], changed: PersonChanged): Person[] {
  const known = people.find((person) => person.id === changed.id);
  if (!known) return [...people, { ...changed, presence: 'online' }];
  return people.map((person) => (person === known ? { ...known, ...changed } : person));
}

export function applyPresence(people: readonly Person[], { users }: PresenceChanged): Person[] {
  const presence = new Map(users.map((user) => [user.id, user.presence]));
  return people.map((person) => {
    const now = presence.get(person.id);
    return now === undefined || now === person.presence ? person : { ...person, presence: now };
  });
}

/** Active before deactivated, online before offline, then by name as the language sorts. */
export function sorted(people: readonly Person[], locale: string): Person[] {
  const collator = new Intl.Collator(locale, { sensitivity: 'base', numeric: true });
  const rank = (person: Person) => (person.active ? 0 : 2) + (person.presence === 'online' ? 0 : 1);
  return people.toSorted((a, b) => rank(a) - rank(b) || collator.compare(a.name, b.name));
}

/** Those whose name contains the words, accents and case aside. */
export function matching(people: readonly Person[], query: string): readonly Person[] {
  const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
  const wanted = plain(query.trim());
  return wanted === '' ? people : people.filter((person) => plain(person.name).includes(wanted));
}
