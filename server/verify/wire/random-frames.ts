import { contracts } from '@shared/contracts.ts';
import type { Random } from '../random.ts';

const events = [
  ...['ping', 'pong', 'subscribe', 'unsubscribe', 'call', 'authentication', 'chat_message', 'user_typing', 'room_join'],
  ...['room_leave', 'welcome', 'ack', 'error', 'drain', '__proto__', 'constructor', ''],
];
const words = [
  ...['event', 'channel', 'payload', 'id', 'since', 'epoch', 'offset', 'module', 'function', 'input', 'key', 'token'],
  ...['clientId', 'text', 'roomId', 'replyTo', 'typing', '__proto__', 'constructor', 'toString', 'length'],
  ...['chat', 'hub', 'auth', 'people', 'metrics', 'postMessage', 'listRooms', 'stats', 'createRoom', 'history', 'me'],
];
const characters = [
  'a',
  ' ',
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '0',
  '-',
  '.',
  'e',
  '\n',
  '\0',
  'é',
  '🔥',
  '\u202e',
  '\ufffd',
];

const textOf = (random: Random): string => {
  if (random.chance(0.5)) return random.pick(words);
  return Array.from({ length: random.below(random.chance(0.02) ? 2000 : 12) }, () => random.pick(characters)).join('');
};

const numberOf = (random: Random): number =>
  random.pick([0, 1, -1, 0.5, 2 ** 31, -(2 ** 53), Number.MAX_SAFE_INTEGER, 1e308, random.below(1000)]);

/** Any JSON value. */
const valueOf = (random: Random, depth: number): unknown => {
  const kind = random.below(depth > 0 ? 8 : 5);
  if (kind === 0) return null;
  if (kind === 1) return random.chance(0.5);
  if (kind === 2) return numberOf(random);
  if (kind <= 4) return textOf(random);
  if (kind === 5) return Array.from({ length: random.below(5) }, () => valueOf(random, depth - 1));
  return Object.fromEntries(
    Array.from({ length: random.below(6) }, () => [textOf(random), valueOf(random, depth - 1)]),
  );
};

/** An object with the keys of a frame, some of them right. */
const frameOf = (random: Random, channels: readonly string[]): Record<string, unknown> => {
  const frame: Record<string, unknown> = {
    event: random.chance(0.85) ? random.pick(events) : valueOf(random, 1),
    channel: random.chance(0.85) ? random.pick(channels) : valueOf(random, 1),
    payload: random.chance(0.8)
      ? Object.fromEntries(Array.from({ length: random.below(5) }, () => [random.pick(words), valueOf(random, 3)]))
      : valueOf(random, 3),
  };
  if (random.chance(0.5)) frame.id = random.chance(0.7) ? random.below(1000) : valueOf(random, 1);
  if (random.chance(0.1)) frame[textOf(random)] = valueOf(random, 2);
  if (random.chance(0.1)) delete frame[random.pick(['event', 'channel', 'payload'])];
  return frame;
};

const functions = Object.entries(contracts).flatMap(([module, { definitions }]) =>
  Object.keys(definitions).map((name) => ({ module, function: name })),
);

/** A call of a function that there is, with whatever it was not made for. */
const callOf = (random: Random): Record<string, unknown> => ({
  event: 'call',
  channel: 'system',
  payload: {
    ...random.pick(functions),
    input: Object.fromEntries(Array.from({ length: random.below(4) }, () => [random.pick(words), valueOf(random, 3)])),
  },
  id: random.below(1000),
});

/** A text with something cut out, doubled, or put in. */
const mutated = (random: Random, text: string): string => {
  const at = random.below(text.length + 1);
  const to = Math.min(text.length, at + random.below(8));
  switch (random.below(3)) {
    case 0:
      return text.slice(0, at) + text.slice(to);
    case 1:
      return text.slice(0, to) + text.slice(at);
    default:
      return text.slice(0, at) + textOf(random) + text.slice(at);
  }
};

/** A text frame as nobody would write it. `channels` are some that exist. */
export function randomText(random: Random, channels: readonly string[]): string {
  const kind = random.next();
  if (kind < 0.05) return textOf(random);
  if (kind < 0.1) return Buffer.from(random.bytes(random.below(200))).toString('latin1');
  if (kind < 0.15) return JSON.stringify(valueOf(random, 4)) ?? '';
  const text = JSON.stringify(random.chance(0.3) ? callOf(random) : frameOf(random, channels));
  return kind < 0.6 ? text : mutated(random, text);
}
