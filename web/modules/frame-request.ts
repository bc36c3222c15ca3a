import type { FromPage, PagePart } from '@shared/client/frame-messages.ts';

/** `vote`, or `chat.postMessage`. Names become parts of addresses: nothing else passes. */
const callName = /^(?:[a-z][a-z0-9-]{0,39}\.)?[a-zA-Z][a-zA-Z0-9]{0,63}$/;
const tones = ['info', 'ok', 'danger'] as const;
const MOST_PARTS = 200;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);
const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most;

const partOf = (value: unknown): PagePart | undefined => {
  if (!isRecord(value) || !isText(value['field'], 200)) return undefined;
  const content = value['value'];
  return typeof content === 'string' || content instanceof File ? { field: value['field'], value: content } : undefined;
};

/** A message of a module's page, or undefined for what no page that uses `hearth:page` sends. */
export function readFromPage(message: unknown): FromPage | undefined {
  if (!isRecord(message)) return undefined;
  const { kind, id, name, input, text } = message;
  const isCall = isId(id) && isText(name, 110) && callName.test(name) && isRecord(input);
  switch (kind) {
    case 'call': {
      const { key } = message;
      if (!isCall || (key !== undefined && !isText(key, 200))) return undefined;
      return { kind, id, name, input, ...(key === undefined ? {} : { key }) };
    }
    case 'stream': {
      const { lastEventId } = message;
      if (!isCall || (lastEventId !== undefined && !isText(lastEventId, 1000))) return undefined;
      return { kind, id, name, input, ...(lastEventId === undefined ? {} : { lastEventId }) };
    }
    case 'download':
      return isCall ? { kind, id, name, input } : undefined;
    case 'upload': {
      if (!isId(id) || !isText(name, 110) || !callName.test(name) || !Array.isArray(message['parts'])) return undefined;
      const parts = message['parts'].slice(0, MOST_PARTS + 1).map(partOf);
      if (parts.length > MOST_PARTS || parts.includes(undefined)) return undefined;
      return { kind, id, name, parts: parts.filter((part) => part !== undefined) };
    }
    case 'cancel':
      return isId(id) ? { kind, id } : undefined;
    case 'more': {
      const { count } = message;
      return isId(id) && isId(count) && count > 0 ? { kind, id, count } : undefined;
    }
    case 'title':
      return isText(text, 120) ? { kind, text } : undefined;
    case 'notify': {
      const tone = tones.find((known) => known === message['tone']);
      return isText(text, 300) && tone ? { kind, text, tone } : undefined;
    }
    case 'open': {
      const { path } = message;
      // A path of ours: no other host, however it is written, and no way up.
      return isText(path, 2000) && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? { kind, path } : undefined;
    }
    case 'route': {
      const { route, replace } = message;
      return isText(route, 1000) && typeof replace === 'boolean' ? { kind, route, replace } : undefined;
    }
    case 'listen':
      return { kind };
    default:
      return undefined;
  }
}
