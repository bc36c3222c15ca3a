import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { Aborted, BadAnswer, fail, Unreachable } from '../kernel/errors.ts';
import { ok } from '../kernel/result.ts';
import type { Err } from '../kernel/result.ts';
import { isUnauthenticated } from './api.ts';
import { backoff } from './backoff.ts';
import { byModule } from './by-module.ts';
import type { CallStreams, End, StreamEvent } from './call-streams.ts';
import { withDeadline } from './deadline.ts';
import { isHearthError, parseJson, readAnswer } from './envelope.ts';
import { CALL_TIMEOUT, throughHeader } from './http.ts';
import type { Http } from './http.ts';
import { queryOf } from './query.ts';
import type { Renewal } from './refresh.ts';
import type { Timers } from './timers.ts';
import type { Sse, StreamOptions } from './types.ts';

export interface SseDeps {
  http: Http;
  renewal: Renewal;
  timers: Timers;
  random: () => number;
  disposed: AbortSignal;
  /** Streams over the socket, while there is one. */
  streams: CallStreams;
}

/** Milliseconds without a byte after which a stream is given up: three heartbeats. */
const SILENCE = 45_000;

/** The messages of one response, until it ends, breaks off or falls silent. */
export async function* messages(
  response: Response,
  timers: Timers,
  stop: AbortSignal,
): AsyncGenerator<EventSourceMessage, void, void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  const decoder = new TextDecoder();
  const parsed: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => parsed.push(message) });
  try {
    for (;;) {
      const read = await withDeadline(timers, SILENCE, [stop], () => reader.read());
      if ('failed' in read || read.value.done) return;
      parser.feed(decoder.decode(read.value.value, { stream: true }));
      yield* parsed.splice(0);
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

export const isStream = (response: Response): boolean =>
  response.ok && /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');

/** Why a response is no stream. */
export async function refusalOf(response: Response, timers: Timers, stop: AbortSignal): Promise<Err> {
  const read = await withDeadline(timers, CALL_TIMEOUT, [stop], () => readAnswer(response));
  if ('failed' in read) return fail(read.failed);
  return read.value.ok ? fail(BadAnswer) : read.value;
}

async function* follow(
  deps: SseDeps,
  call: { module: string; function: string; input: Record<string, unknown> },
  options: StreamOptions,
  stop: AbortController,
): AsyncGenerator<StreamEvent, End, void> {
  const { http, renewal, timers, random } = deps;
  const signals = [deps.disposed, options.signal];
  const onStop = () => stop.abort();
  let lastEventId = options.lastEventId;
  let failures = 0;
  let renewed = false;

  /** Over the socket where there is one: it costs no connection of its own. */
  async function* bySocket(): AsyncGenerator<StreamEvent, End, void> {
    const events = deps.streams.run(lastEventId === undefined ? call : { ...call, lastEventId }, stop.signal);
    for (let next = await events.next(); ; next = await events.next()) {
      if (next.done) return next.value;
      lastEventId = next.value.id ?? lastEventId;
      failures = 0;
      let given = false;
      try {
        yield next.value;
        given = true;
      } finally {
        if (!given) void events.return(ok());
      }
    }
  }

  /** One connection: an answer ends the stream for good unless it is retryable. */
  async function* attempt(): AsyncGenerator<StreamEvent, End, void> {
    const before = renewal.count();
    const headers: Record<string, string> = { accept: 'text/event-stream', ...throughHeader(options.through) };
    if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
    const path = `sse/${call.module}/${call.function}${queryOf(call.input)}`;
    const opened = await http.open(path, headers, stop.signal, CALL_TIMEOUT);
    if ('failed' in opened) return fail(opened.failed);
    const response = opened.value;
    if (response.status === 204) return ok();
    if (!isStream(response)) {
      const refusal = await refusalOf(response, timers, stop.signal);
      if (!isUnauthenticated(refusal) || renewed) return refusal;
      renewed = true;
      const renewal_ = await renewal.renew(before);
      if (renewal_.ok) return yield* attempt();
      return renewal_.error.retryable ? renewal_ : refusal;
    }
    for await (const { event = 'message', data, id } of messages(response, timers, stop.signal)) {
      if (id !== undefined) lastEventId = id;
      const value = parseJson(data);
      if (event === 'done') return ok();
      if (event === 'error') return isHearthError(value) ? { ok: false, error: value } : fail(BadAnswer);
      if (value === undefined) continue;
      failures = 0;
      renewed = false;
      yield id === undefined ? { event, data: value } : { event, data: value, id };
    }
    return fail(Unreachable);
  }

  for (const signal of signals) {
    signal?.addEventListener('abort', onStop);
    if (signal?.aborted) onStop();
  }
  try {
    while (!stop.signal.aborted) {
      // A socket speaks for the person alone.
      const end: End = yield* deps.streams.isOpen() && options.through === undefined ? bySocket() : attempt();
      if (stop.signal.aborted) break;
      if (end.ok || !end.error.retryable) return end;
      const wait = backoff(failures++, random, end.error.retryAfter);
      await withDeadline(timers, wait, [stop.signal], () => new Promise(() => {}));
    }
    return fail(Aborted);
  } finally {
    for (const signal of signals) signal?.removeEventListener('abort', onStop);
    stop.abort();
  }
}

/** Nothing is sent before the first `next`; `return` ends the connection at once, also while a `next` waits. */
export const createSse = (deps: SseDeps): Sse =>
  byModule<Sse>((module, name) => (input: Record<string, unknown> = {}, options: StreamOptions = {}) => {
    const stop = new AbortController();
    const events = follow(deps, { module, function: name, input }, options, stop);
    const iterator: AsyncIterableIterator<StreamEvent, End> = {
      next: () => events.next(),
      return(value) {
        stop.abort();
        return events.return(value ?? ok());
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  });
