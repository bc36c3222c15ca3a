import type { UserId } from '@shared/kernel/ids.ts';
import { activeAt, type ChatState, type RoomState } from './state.ts';

type Names = Pick<ChatState, 'me' | 'people'>;

/** The other people of a direct room; ourselves where nobody else is in it. */
export function othersIn(state: Names, room: RoomState): UserId[] {
  const others = room.people.filter((id) => id !== state.me);
  return others.length > 0 ? others : room.people;
}

/** A room's own name; of a direct room, the names of the other people. */
export function roomName(state: Names, room: RoomState, unknown: string): string {
  if (room.kind !== 'direct') return room.name;
  return othersIn(state, room)
    .map((id) => state.people[id]?.name ?? unknown)
    .join(', ');
}

export interface RoomSections {
  rooms: RoomState[];
  direct: RoomState[];
}

/** Rooms by name, so that they stay where they are; direct conversations with the most recent first. */
export function roomSections(rooms: ChatState['rooms'], locale: string): RoomSections {
  const all = Object.values<RoomState>(rooms);
  const names = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
  return {
    rooms: all.filter(({ kind }) => kind !== 'direct').toSorted((a, b) => names.compare(a.name, b.name)),
    direct: all.filter(({ kind }) => kind === 'direct').toSorted((a, b) => activeAt(b) - activeAt(a)),
  };
}
