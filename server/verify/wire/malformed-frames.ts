import { limits } from '@shared/hub/limits.ts';

/** Text frames that are no frames of the protocol, each with the code of the error frame that answers it. */
export type Malformed = readonly [kind: string, text: string, code: string];

const frame = (changes: Record<string, unknown>): string =>
  JSON.stringify({ event: 'ping', channel: 'system', payload: {}, ...changes });

const without = (key: string): string => {
  const { [key]: _, ...rest } = { event: 'ping', channel: 'system', payload: {} } as Record<string, unknown>;
  return JSON.stringify(rest);
};

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

const MALFORMED = 'request.malformed';
const INVALID = 'request.invalid';
const UNKNOWN = 'hub.unknown_event';
const NO_CHANNEL = 'hub.channel_not_found';
const room = 'room:room_00000000000000000000000000';

const noJson: readonly Malformed[] = [
  ['nothing', '', MALFORMED],
  ['a space', ' ', MALFORMED],
  ['no JSON', 'hello', MALFORMED],
  ['half a frame', '{"event":"ping","channel":', MALFORMED],
  ['two frames in one', `${frame({})}${frame({})}`, MALFORMED],
  ['a comma at the end', '{"event":"ping","channel":"system","payload":{},}', MALFORMED],
  ['single quotes', "{'event':'ping','channel':'system','payload':{}}", MALFORMED],
  ['a comment', `/* */${frame({})}`, MALFORMED],
  ['a byte order mark', `\ufeff${frame({})}`, MALFORMED],
  ['a NUL at the end', `${frame({})}\0`, MALFORMED],
  ['not a number', '{"event":"ping","channel":"system","payload":{},"id":NaN}', MALFORMED],
  ['a hexadecimal number', '{"event":"ping","channel":"system","payload":{},"id":0x10}', MALFORMED],
  ['a bare line break in a text', '{"event":"pi\nng","channel":"system","payload":{}}', MALFORMED],
];

const noFrame: readonly Malformed[] = [
  ['null', 'null', INVALID],
  ['true', 'true', INVALID],
  ['a number', '42', INVALID],
  ['a text', '"ping"', INVALID],
  ['an empty list', '[]', INVALID],
  ['a list of frames', `[${frame({})}]`, INVALID],
  ['an empty object', '{}', INVALID],
  ['no event', without('event'), INVALID],
  ['no channel', without('channel'), INVALID],
  ['no payload', without('payload'), INVALID],
  ['an event that is a number', frame({ event: 1 }), INVALID],
  ['an event that is null', frame({ event: null }), INVALID],
  ['an empty event', frame({ event: '' }), INVALID],
  ['a very long event', frame({ event: 'x'.repeat(65) }), INVALID],
  ['an empty channel', frame({ channel: '' }), INVALID],
  ['a channel that is a list', frame({ channel: ['system'] }), INVALID],
  ['a very long channel', frame({ channel: 'x'.repeat(201) }), INVALID],
  ['a payload that is a text', frame({ payload: '{}' }), INVALID],
  ['a payload that is a list', frame({ payload: [] }), INVALID],
  ['a payload that is null', frame({ payload: null }), INVALID],
  ['an id that is an object', frame({ id: {} }), INVALID],
  ['an id that is null', frame({ id: null }), INVALID],
  ['an empty id', frame({ id: '' }), INVALID],
  ['a negative id', frame({ id: -1 }), INVALID],
  ['an id with a fraction', frame({ id: 1.5 }), INVALID],
  ['an id beyond all numbers', '{"event":"ping","channel":"system","payload":{},"id":1e999}', INVALID],
  ['a very long id', frame({ id: 'x'.repeat(65) }), INVALID],
  ['an unknown key', frame({ extra: 1 }), INVALID],
  ['keys of the server', frame({ offset: 1, epoch: 'x', seq: 1 }), INVALID],
  ['a prototype as a key', '{"event":"ping","channel":"system","payload":{},"__proto__":{"admin":true}}', INVALID],
  ['a constructor as a key', frame({ constructor: { prototype: {} } }), INVALID],
  ['a length that is none', frame({ event: { length: { toString: {} } } }), INVALID],
  ['frames in frames', nested(400), INVALID],
  ['frames in frames without end', nested(2000), MALFORMED],
];

const noRequest: readonly Malformed[] = [
  ['an unknown event', frame({ event: 'nonsense' }), UNKNOWN],
  ['an event of the server', frame({ event: 'welcome' }), UNKNOWN],
  ['an event in capitals', frame({ event: 'PING' }), UNKNOWN],
  ['the name of a prototype', frame({ event: '__proto__' }), UNKNOWN],
  ['the name of a method', frame({ event: 'toString' }), UNKNOWN],
  ['a channel that is none', frame({ event: 'subscribe', channel: 'nope' }), NO_CHANNEL],
  ['a channel with a line break', frame({ event: 'subscribe', channel: 'room:a\nb' }), NO_CHANNEL],
  ['a channel with a wildcard', frame({ event: 'subscribe', channel: 'room:*' }), NO_CHANNEL],
  [
    'a channel of somebody else',
    frame({ event: 'subscribe', channel: 'user:usr_00000000000000000000000000' }),
    NO_CHANNEL,
  ],
  ['a room that is none', frame({ event: 'subscribe', channel: room }), NO_CHANNEL],
  ['the name of a prototype as channel', frame({ event: 'subscribe', channel: '__proto__' }), NO_CHANNEL],
  ['a place that is a text', frame({ event: 'subscribe', channel: 'global', payload: { since: 'x' } }), INVALID],
  [
    'a place before the beginning',
    frame({ event: 'subscribe', channel: 'global', payload: { since: { epoch: 'e', offset: -1 } } }),
    INVALID,
  ],
  ['a call of nothing', frame({ event: 'call', payload: {} }), INVALID],
  [
    'a call of a prototype',
    frame({ event: 'call', payload: { module: '__proto__', function: 'x' } }),
    'request.not_found',
  ],
  [
    'a call of a constructor',
    frame({ event: 'call', payload: { module: 'chat', function: 'constructor' } }),
    'request.not_found',
  ],
  [
    'a token whose length is none',
    frame({ event: 'authentication', payload: { token: { length: { toString: 1 } } } }),
    INVALID,
  ],
  ['a renewal with two proofs', frame({ event: 'authentication', payload: { token: 'a', ticket: 'b' } }), INVALID],
  [
    'a message into no room',
    frame({ event: 'chat_message', channel: 'room', payload: { clientId: 'a', text: 'b' } }),
    INVALID,
  ],
  [
    'a message that is nothing but spaces',
    frame({ event: 'chat_message', channel: room, payload: { clientId: 'a', text: '  ' } }),
    INVALID,
  ],
  [
    'half a character',
    '{"event":"chat_message","channel":"' + room + '","payload":{"clientId":"a","text":"\\ud800"}}',
    INVALID,
  ],
  [
    'a message with a NUL',
    frame({ event: 'chat_message', channel: room, payload: { clientId: 'a', text: 'a\0b' } }),
    INVALID,
  ],
  ['more bytes than a frame may have', frame({ payload: { x: 'x'.repeat(limits.frameBytes) } }), 'request.too_large'],
];

export const malformedFrames: readonly Malformed[] = [...noJson, ...noFrame, ...noRequest];
