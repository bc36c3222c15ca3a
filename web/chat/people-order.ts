import type { Person } from '@shared/people/schema.ts';
import type { ChatState } from './state.ts';

/** Everybody by name. */
export function sortedPeople(people: ChatState['people'], locale: string): Person[] {
  const names = new Intl.Collator(locale, { sensitivity: 'base' });
  return Object.values<Person>(people).toSorted((a, b) => names.compare(a.name, b.name));
}
