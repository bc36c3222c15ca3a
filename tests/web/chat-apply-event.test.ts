import { describe, expect, test } from 'bun:test';
import type { Message } from '@shared/chat/schema.ts';
import type { RoomId, UserId } from '@shared/kernel/ids.ts';
import { applyEvent, TYPING_LASTS } from '../../web/chat/apply-event.ts';
import type { ChatEvent, ListedRoom } from '../../web/chat/chat-event.ts';
import { type ChatState, emptyChat, totalUnread, typingIn, unreadOf } from '../../web/chat/state.ts';

const me: UserId = 'usr_me';
const ada: UserId = 'usr_ada';
const kitchen: RoomId = 'room_kitchen';
const NOW = 1_700_000_000_000;

const listed = (more: Partial<ListedRoom> = {}): ListedRoom => ({
  id: kitchen,
  kind: 'public',
  name: 'kitchen',
  topic: '',
  createdAt: 1,
  role: 'member',
  unread: 0,
  head: 3,
  readPosition: 3,
  people: [],
  ...more,
});

const message = (position: number, more: Partial<Message> = {}): Message => ({
  id: `msg_${position}`,
  roomId: kitchen,
  clientId: `client-${position}`,
  author: { kind: 'user', id: ada },
  position,
  body: { kind: 'text', text: `line ${position}` },
  attachments: [],
  replyTo: null,
  threadId: null,
  createdAt: NOW + position,
  editedAt: null,
  deletedAt: null,
  ...more,
});

const after = (state: ChatState, ...events: ChatEvent[]): ChatState =>
  events.reduce((now, event) => applyEvent(now, event, NOW), state);

const posted = (position: number, more?: Partial<Message>): ChatEvent => ({
  event: 'chat_message',
  payload: message(position, more),
});
const mine = { author: { kind: 'user', id: me } as const };
const asked = (kind: 'open' | 'before' | 'after', ticket = 1): ChatEvent => ({
  event: 'history_asked',
  payload: { roomId: kitchen, kind, ticket },
});
const came = (
  kind: 'open' | 'before' | 'after',
  positions: number[],
  cursors: { before?: string; after?: string } = {},
  ticket = 1,
): ChatEvent => ({
  event: 'history_came',
  payload: { roomId: kitchen, kind, ticket, page: { items: positions.map((at) => message(at)), ...cursors } },
});
const failure = { code: 'network.unreachable', message: 'The server cannot be reached', retryable: true };

const inKitchen = after(emptyChat(me), { event: 'rooms_listed', payload: { rooms: [listed()], complete: true } });
const atLatest = after(inKitchen, asked('open'), came('open', [1, 2, 3]));
const positions = (state: ChatState) => state.windows[kitchen]?.messages.map(({ position }) => position);

describe('rooms', () => {
  test('a complete list replaces the rooms and takes what belonged to a lost one with it', () => {
    const lost = after(
      atLatest,
      { event: 'user_typing', payload: { roomId: kitchen, userId: ada, typing: true } },
      { event: 'rooms_listed', payload: { rooms: [listed({ id: 'room_b' })], complete: true } },
    );
    expect(Object.keys(lost.rooms)).toEqual(['room_b']);
    expect(lost.windows).toEqual({});
    expect(lost.typing).toEqual({});
  });

  test('the welcome package adds its rooms, and does not claim that these are all', () => {
    const some = after(emptyChat(me), {
      event: 'rooms_listed',
      payload: { rooms: [listed({ lastMessage: message(3) })], complete: false },
    });
    expect(some.listed).toBe(false);
    expect(some.rooms[kitchen]?.lastMessage?.position).toBe(3);
    expect(inKitchen.listed).toBe(true);
  });

  test('an older copy of a room does not take back what was read or said since', () => {
    const later = after(inKitchen, posted(4), { event: 'read_moved', payload: { roomId: kitchen, position: 4 } });
    const replayed = after(later, { event: 'room_added', payload: listed({ head: 0, readPosition: 0, topic: 'Tea' }) });
    expect(replayed.rooms[kitchen]).toMatchObject({ head: 4, readPosition: 4, topic: 'Tea' });
    expect(replayed.rooms[kitchen]?.lastMessage?.position).toBe(4);
  });

  test('a room we were taken out of disappears, whichever of the two events comes first', () => {
    expect(after(atLatest, { event: 'room_removed', payload: { roomId: kitchen } }).rooms).toEqual({});
    const removed = after(atLatest, { event: 'member_removed', payload: { roomId: kitchen, userId: me } });
    expect(removed.rooms).toEqual({});
    expect(after(removed, { event: 'room_removed', payload: { roomId: kitchen } }).windows).toEqual({});
  });

  test('a new public room is announced once, and no longer after we joined it', () => {
    const created: ChatEvent = { event: 'room_created', payload: { id: 'room_b', kind: 'public', name: 'garden' } };
    const told = after(inKitchen, created, created);
    expect(told.created).toEqual([{ id: 'room_b', name: 'garden' }]);
    expect(after(told, { event: 'room_added', payload: listed({ id: 'room_b' }) }).created).toEqual([]);
  });

  test('a room of our own is not announced', () => {
    const event: ChatEvent = { event: 'room_created', payload: { id: kitchen, kind: 'public', name: 'kitchen' } };
    expect(applyEvent(inKitchen, event, NOW)).toBe(inKitchen);
  });
});

describe('messages', () => {
  test('a message of somebody else is shown, counted as unread and remembered as the last one', () => {
    const state = after(atLatest, posted(4));
    expect(positions(state)).toEqual([1, 2, 3, 4]);
    expect(unreadOf(state.rooms[kitchen]!)).toBe(1);
    expect(state.rooms[kitchen]?.lastMessage?.position).toBe(4);
    expect(totalUnread(state)).toBe(1);
  });

  test('the same message twice changes nothing at all', () => {
    const once = after(atLatest, posted(4));
    expect(applyEvent(once, posted(4), NOW)).toBe(once);
  });

  test('a message in a room that is not ours leaves no trace', () => {
    const state = after(atLatest, posted(9, { roomId: 'room_b' }));
    expect(state.rooms).toBe(atLatest.rooms);
    expect(state.windows).toBe(atLatest.windows);
  });

  test('messages that arrive in the wrong order are put in their place', () => {
    expect(positions(after(atLatest, posted(5), posted(4)))).toEqual([1, 2, 3, 4, 5]);
  });

  test('an edited copy replaces the message and the last line of its room', () => {
    const edited = message(3, { body: { kind: 'text', text: 'better' }, editedAt: NOW });
    const state = after(atLatest, posted(3), { event: 'chat_message', payload: edited });
    expect(positions(state)).toEqual([1, 2, 3]);
    expect(state.windows[kitchen]?.messages[2]?.body).toEqual({ kind: 'text', text: 'better' });
    expect(state.rooms[kitchen]?.lastMessage?.editedAt).toBe(NOW);
  });

  test('other rows keep their identity when one message is added', () => {
    const rows = (state: ChatState) => state.windows[kitchen]?.messages ?? [];
    const state = after(atLatest, posted(4));
    expect(
      rows(state)
        .slice(0, 3)
        .every((row, index) => row === rows(atLatest)[index]),
    ).toBe(true);
  });
});

describe('sending', () => {
  const pending: ChatEvent = {
    event: 'message_pending',
    payload: { clientId: 'client-4', roomId: kitchen, text: 'line 4', createdAt: NOW },
  };

  test('the pending message gives way to the real one with its client id, and counts as read', () => {
    const sent = after(atLatest, pending, posted(4, mine));
    expect(sent.pending).toEqual({});
    expect(positions(sent)).toEqual([1, 2, 3, 4]);
    expect(unreadOf(sent.rooms[kitchen]!)).toBe(0);
  });

  test('somebody else’s message with the same client id does not swallow ours', () => {
    expect(after(atLatest, pending, posted(4)).pending[kitchen]).toHaveLength(1);
  });

  test('a message that is already there is not announced as pending again', () => {
    expect(after(atLatest, posted(4, mine), pending).pending).toEqual({});
  });

  test('a refused message stays with its reason, can be sent again, and can be discarded', () => {
    const refused = after(atLatest, pending, {
      event: 'message_refused',
      payload: { roomId: kitchen, clientId: 'client-4', error: failure },
    });
    expect(refused.pending[kitchen]?.[0]?.error).toEqual(failure);
    expect(after(refused, pending).pending[kitchen]).toEqual([pending.payload]);
    const discard: ChatEvent = { event: 'message_discarded', payload: { roomId: kitchen, clientId: 'client-4' } };
    expect(after(refused, discard).pending).toEqual({});
    expect(applyEvent(atLatest, discard, NOW)).toBe(atLatest);
  });
});

describe('history', () => {
  test('older and newer pages extend the window on their side and keep the other side’s cursor', () => {
    const middle = after(inKitchen, asked('open'), came('open', [4, 5], { before: 'b4', after: 'a5' }));
    const wider = after(middle, asked('before', 2), came('before', [2, 3], { before: 'b2', after: 'a3' }, 2));
    expect(positions(wider)).toEqual([2, 3, 4, 5]);
    expect(wider.windows[kitchen]).toMatchObject({ before: 'b2', after: 'a5' });
    const whole = after(wider, asked('after', 3), came('after', [6], { before: 'b6' }, 3));
    expect(positions(whole)).toEqual([2, 3, 4, 5, 6]);
    expect(whole.windows[kitchen]?.before).toBe('b2');
    expect(whole.windows[kitchen]?.after).toBeUndefined();
  });

  test('a live message does not leave a hole in a window that ends before the head', () => {
    const middle = after(inKitchen, asked('open'), came('open', [1, 2], { after: 'a2' }));
    const state = after(middle, posted(4));
    expect(positions(state)).toEqual([1, 2]);
    expect(state.rooms[kitchen]?.head).toBe(4);
  });

  test('a message that comes while the page is on its way is neither lost nor doubled', () => {
    const state = after(inKitchen, asked('open'), posted(4), posted(5), came('open', [2, 3, 4], { before: 'b2' }));
    expect(positions(state)).toEqual([2, 3, 4, 5]);
    expect(state.windows[kitchen]?.arrived).toEqual([]);
  });

  test('a message that comes while an older page is on its way stays at the end', () => {
    const state = after(
      inKitchen,
      asked('open'),
      came('open', [3], { before: 'b3' }),
      asked('before', 2),
      posted(4),
      came('before', [1, 2], {}, 2),
    );
    expect(positions(state)).toEqual([1, 2, 3, 4]);
  });

  test('the answer to an earlier question is dropped', () => {
    const state = after(inKitchen, asked('open', 1), asked('open', 2), came('open', [1, 2, 3], {}, 1));
    expect(state.windows[kitchen]?.status).toBe('opening');
    expect(positions(state)).toEqual([]);
  });

  test('a first page that fails says why; a further page that fails keeps what is there', () => {
    const failed = (kind: 'open' | 'before', ticket: number): ChatEvent => ({
      event: 'history_failed',
      payload: { roomId: kitchen, kind, ticket, error: failure },
    });
    expect(after(inKitchen, asked('open'), failed('open', 1)).windows[kitchen]).toMatchObject({
      status: 'failed',
      error: failure,
    });
    const reloaded = after(atLatest, asked('open', 2), failed('open', 2));
    expect(reloaded.windows[kitchen]).toMatchObject({ status: 'ready', error: failure });
    expect(positions(reloaded)).toEqual([1, 2, 3]);
    const state = after(atLatest, asked('before', 2), posted(4), failed('before', 2));
    expect(positions(state)).toEqual([1, 2, 3, 4]);
    expect(state.windows[kitchen]).toMatchObject({ status: 'ready', error: failure });
    expect(state.windows[kitchen]?.loading).toBeUndefined();
  });

  test('a window that is loaded afresh shows what it has until the new page takes its place', () => {
    const state = after(atLatest, asked('open', 2), posted(9));
    expect(positions(state)).toEqual([1, 2, 3]);
    expect(positions(after(state, came('open', [7, 8], { before: 'b7' }, 2)))).toEqual([7, 8, 9]);
  });

  test('a window that is cut back asks for what it dropped by its position, and joins without a hole', () => {
    const cut = after(atLatest, { event: 'history_trimmed', payload: { roomId: kitchen, keep: 1 } });
    expect(positions(cut)).toEqual([3]);
    expect(cut.windows[kitchen]?.before).toBe(2);
    const joined = after(cut, asked('before', 2), came('before', [1, 2, 3], { after: 'a3' }, 2));
    expect(positions(joined)).toEqual([1, 2, 3]);
    expect(joined.windows[kitchen]?.before).toBeUndefined();
    expect(joined.windows[kitchen]?.after).toBeUndefined();
  });

  test('a short window is not cut back', () => {
    const event: ChatEvent = { event: 'history_trimmed', payload: { roomId: kitchen, keep: 3 } };
    expect(applyEvent(atLatest, event, NOW)).toBe(atLatest);
  });

  test('a page that reaches further than we knew moves the head', () => {
    const state = after(inKitchen, asked('open'), came('open', [4, 5]));
    expect(state.rooms[kitchen]).toMatchObject({ head: 5, readPosition: 3 });
  });
});

describe('reading', () => {
  test('what another device read is read here too', () => {
    const state = after(atLatest, posted(4), posted(5), {
      event: 'read_moved',
      payload: { roomId: kitchen, position: 4 },
    });
    expect(unreadOf(state.rooms[kitchen]!)).toBe(1);
  });

  test('a late read position does not make read messages unread again', () => {
    const event: ChatEvent = { event: 'read_moved', payload: { roomId: kitchen, position: 1 } };
    expect(applyEvent(atLatest, event, NOW)).toBe(atLatest);
  });
});

describe('people', () => {
  const typing = (userId: UserId, on = true): ChatEvent => ({
    event: 'user_typing',
    payload: { roomId: kitchen, userId, typing: on },
  });
  const later = (state: ChatState, ms: number) => applyEvent(state, { event: 'time_passed', payload: {} }, NOW + ms);

  test('typing ends when somebody says so, when their message comes, and by itself', () => {
    const state = after(atLatest, typing(ada));
    expect(typingIn(state, kitchen)).toEqual([ada]);
    expect(typingIn(after(state, typing(ada, false)), kitchen)).toEqual([]);
    expect(typingIn(after(state, posted(4)), kitchen)).toEqual([]);
    expect(typingIn(later(state, TYPING_LASTS - 1), kitchen)).toEqual([ada]);
    expect(typingIn(later(state, TYPING_LASTS), kitchen)).toEqual([]);
  });

  test('our own typing on another device is not shown', () => {
    expect(applyEvent(atLatest, typing(me), NOW)).toBe(atLatest);
  });

  test('presence and names change for people we know, and unknown ones are left out', () => {
    const person = { id: ada, name: 'Ada', role: 'member', active: true } as const;
    const state = after(
      emptyChat(me),
      { event: 'person_changed', payload: person },
      { event: 'presence', payload: { users: [{ id: ada, presence: 'online' }] } },
      { event: 'presence', payload: { users: [{ id: 'usr_unknown', presence: 'online' }] } },
      { event: 'person_changed', payload: { ...person, name: 'Ada L.' } },
    );
    expect(state.people).toEqual({ [ada]: { ...person, name: 'Ada L.', presence: 'online' } });
  });

  test('a loaded member list follows additions and removals; one that is not loaded stays so', () => {
    const member = { userId: ada, role: 'member', joinedAt: 5 } as const;
    const added: ChatEvent = { event: 'member_added', payload: { roomId: kitchen, ...member } };
    expect(applyEvent(atLatest, added, NOW)).toBe(atLatest);
    const loaded = after(atLatest, { event: 'members_listed', payload: { roomId: kitchen, members: [] } });
    const both = after(loaded, added, added);
    expect(both.members[kitchen]).toEqual([member]);
    const removed = after(both, { event: 'member_removed', payload: { roomId: kitchen, userId: ada } });
    expect(removed.members[kitchen]).toEqual([]);
  });
});

describe('what a command answered', () => {
  const answered = (id: string): ChatEvent => ({
    event: 'command_answered',
    payload: { id, roomId: kitchen, command: '/dice', module: 'dice', text: '6', createdAt: NOW },
  });
  const ids = (state: ChatState) => state.answers[kitchen]?.map(({ id, after: place }) => [id, place]);

  test('stands where the room was then, until it is put away', () => {
    const state = after(atLatest, answered('a'), posted(4), answered('b'));
    expect(ids(state)).toEqual([
      ['a', 3],
      ['b', 4],
    ]);
    const one = after(state, { event: 'answer_dismissed', payload: { roomId: kitchen, id: 'a' } });
    expect(ids(one)).toEqual([['b', 4]]);
    expect(ids(after(one, { event: 'answer_dismissed', payload: { roomId: kitchen, id: 'b' } }))).toBeUndefined();
    expect(after(one, { event: 'answer_dismissed', payload: { roomId: kitchen, id: 'x' } }).answers).toEqual(
      one.answers,
    );
  });

  test('goes with the room, and is nothing in a room that is not ours', () => {
    const gone = after(atLatest, answered('a'), { event: 'room_removed', payload: { roomId: kitchen } });
    expect(ids(gone)).toBeUndefined();
    expect(after(gone, answered('b'))).toBe(gone);
  });

  test('is not unread and no message', () => {
    const state = after(atLatest, answered('a'));
    expect([totalUnread(state), positions(state)]).toEqual([totalUnread(atLatest), positions(atLatest)]);
  });
});
