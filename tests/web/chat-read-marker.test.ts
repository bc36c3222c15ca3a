import { beforeEach, expect, test } from 'bun:test';
import type { Hearth } from '@shared/client/types.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import { fail, NotFound, Unreachable } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import { applyEvent } from '../../web/chat/apply-event.ts';
import type { ChatEvent } from '../../web/chat/chat-event.ts';
import { createReadMarker } from '../../web/chat/read-marker.ts';
import { emptyChat } from '../../web/chat/state.ts';
import { TestClock } from '../support/clock.ts';

type Told = { roomId: RoomId; position: number };

const kitchen: RoomId = 'room_kitchen';
const room = {
  id: kitchen,
  kind: 'public',
  name: 'kitchen',
  topic: '',
  createdAt: 1,
  role: 'member',
  unread: 3,
  head: 3,
  readPosition: 0,
  people: [],
} as const;

let told: Told[];
let answer: Result<{ position: number; unread: number }>;
let clock: TestClock;
let state: ReturnType<typeof emptyChat>;
let marker: ReturnType<typeof createReadMarker>;

beforeEach(() => {
  told = [];
  answer = ok({ position: 3, unread: 0 });
  clock = new TestClock();
  state = emptyChat('usr_me');
  const apply = (event: ChatEvent): void => void (state = applyEvent(state, event, clock.now()));
  apply({ event: 'rooms_listed', payload: { rooms: [{ ...room, people: [] }], complete: true } });
  const markRead = async (input: Told) => {
    told.push(input);
    return answer;
  };
  const hearth = { api: { chat: { markRead } } } as unknown as Pick<Hearth, 'api'>;
  const timers = {
    now: clock.now,
    setTimeout: clock.setTimeout,
    clearTimeout: (timer: unknown) => (timer as { cancel(): void } | undefined)?.cancel(),
  };
  marker = createReadMarker({ hearth, state: () => state, apply, clock: timers });
});

test('reading on counts at once here, and is told to the server once for all that came together', () => {
  marker.mark(kitchen, 1);
  marker.mark(kitchen, 3);
  expect(state.rooms[kitchen]?.readPosition).toBe(3);
  expect(told).toEqual([]);
  clock.advance(400);
  expect(told).toEqual([{ roomId: kitchen, position: 3 }]);
});

test('what could not be told for now is told with the next flush, what was refused is not', async () => {
  answer = fail(Unreachable);
  marker.mark(kitchen, 2);
  clock.advance(400);
  await Promise.resolve();
  answer = fail(NotFound);
  marker.flush();
  await Promise.resolve();
  marker.flush();
  expect(told).toHaveLength(2);
});

test('nothing is told about a room that one has left meanwhile', () => {
  marker.mark(kitchen, 2);
  state = { ...state, rooms: {} };
  clock.advance(400);
  marker.flush();
  expect(told).toEqual([]);
});
