import { describe, expect, test } from 'bun:test';
import type { Message } from '@shared/chat/schema.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import type { PrivateAnswer } from '../../web/chat/state.ts';
import { timelineRows } from '../../web/chat/timeline/timeline-rows.ts';

const me: UserId = 'usr_me';
const noon = new Date(2026, 2, 3, 12).getTime();
const MINUTE = 60_000;

const message = (position: number, at = noon, more: Partial<Message> = {}): Message => ({
  id: `msg_${position}`,
  roomId: 'room_kitchen',
  clientId: `client-${position}`,
  author: { kind: 'user', id: 'usr_ada' },
  position,
  body: { kind: 'text', text: 'x' },
  attachments: [],
  replyTo: null,
  threadId: null,
  createdAt: at,
  editedAt: null,
  deletedAt: null,
  ...more,
});
const by = (id: string): Partial<Message> => ({ author: { kind: 'user', id } });
const leads = (messages: Message[]) => timelineRows(messages, me).map((row) => row.leads);

describe('grouping', () => {
  test('an author is named once for what they write within five minutes', () => {
    expect(leads([message(1), message(2, noon + MINUTE), message(3, noon + 5 * MINUTE)])).toEqual([true, false, false]);
    expect(leads([message(1), message(2, noon + 5 * MINUTE)])).toEqual([true, true]);
  });

  test('another author is named, also a bot with the same id', () => {
    expect(leads([message(1), message(2, noon, by('usr_bob')), message(3)])).toEqual([true, true, true]);
    expect(leads([message(1), message(2, noon, { author: { kind: 'bot', id: 'usr_ada' } })])).toEqual([true, true]);
  });

  test('nobody continues a system line', () => {
    const joined = message(1, noon, { body: { kind: 'system', code: 'joined', params: {} } });
    expect(leads([joined, message(2)])).toEqual([true, true]);
  });

  test('each day begins with a separator, also between two messages a minute apart', () => {
    const midnight = new Date(2026, 2, 4).getTime();
    const rows = timelineRows([message(1, midnight - 30_000), message(2, midnight + 30_000)], me);
    expect(rows.map(({ startsDay, leads: names }) => [startsDay, names])).toEqual([
      [true, true],
      [true, true],
    ]);
  });
});

describe('what is new', () => {
  const startsNew = (readUntil?: number, from = 1) =>
    timelineRows([message(from), message(from + 1), message(from + 2)], me, { readUntil }).map((row) => row.startsNew);

  test('the line stands before the first unread message and interrupts its group', () => {
    expect(startsNew(1)).toEqual([false, true, false]);
    expect(timelineRows([message(1), message(2)], me, { readUntil: 1 })[1]?.leads).toBe(true);
  });

  test('there is no line where all is read, nothing was asked, or the first unread message is not loaded', () => {
    expect(startsNew(3)).toEqual([false, false, false]);
    expect(startsNew()).toEqual([false, false, false]);
    expect(startsNew(1, 5)).toEqual([false, false, false]);
  });

  test('a window that begins with unread messages has the line on top', () => {
    expect(startsNew(4, 5)).toEqual([true, false, false]);
  });
});

describe('our own messages', () => {
  test('a pending message keeps its row when the real one takes its place', () => {
    const pending = { clientId: 'client-2', roomId: 'room_kitchen', text: 'x', createdAt: noon } as const;
    const before = timelineRows([message(1, noon, by(me))], me, { pending: [pending] });
    const after = timelineRows([message(1, noon, by(me)), message(2, noon, by(me))], me);
    expect(before.map(({ key }) => key)).toEqual(after.map(({ key }) => key));
    expect(before[1]).toMatchObject({ leads: false, pending });
    expect(before[1]?.message).toBeUndefined();
  });

  test('the same client id of two authors makes two rows', () => {
    const rows = timelineRows(
      [message(1, noon, { clientId: 'c' }), message(2, noon, { clientId: 'c', ...by(me) })],
      me,
    );
    expect(new Set(rows.map(({ key }) => key)).size).toBe(2);
  });
});

describe('what a command answered to us alone', () => {
  const answer = (id: string, after: number, module?: string): PrivateAnswer => ({
    id,
    roomId: 'room_kitchen',
    command: '/dice',
    module,
    text: '6',
    createdAt: noon,
    after,
  });
  const shown = (messages: Message[], answers: PrivateAnswer[], readUntil?: number) =>
    timelineRows(messages, me, { answers, readUntil }).map((row) => row.answer?.id ?? row.message?.position);

  test('stands below the message that was the last one, whatever comes later', () => {
    expect(shown([message(1), message(2), message(3)], [answer('a', 1), answer('b', 1), answer('c', 3)])).toEqual([
      1,
      'a',
      'b',
      2,
      3,
      'c',
    ]);
    expect(shown([], [answer('a', 0)])).toEqual(['a']);
    expect(shown([message(1)], [answer('a', 0)])).toEqual(['a', 1]);
  });

  test('is left out where its place is not loaded', () => {
    expect(shown([message(7), message(8)], [answer('a', 3), answer('b', 6)])).toEqual(['b', 7, 8]);
  });

  test('continues nobody and is continued by nobody, and does not hide the line of what is new', () => {
    const rows = timelineRows([message(1), message(2)], me, { answers: [answer('a', 1, 'dice')], readUntil: 1 });
    expect(rows.map(({ leads: names }) => names)).toEqual([true, true, true]);
    expect(rows.map(({ startsNew }) => startsNew)).toEqual([false, false, true]);
    expect(rows[1]?.author).toEqual({ kind: 'module', id: 'dice' });
    expect(timelineRows([], me, { answers: [answer('a', 0)] })[0]?.author.kind).toBe('system');
  });
});
