import { Elysia } from 'elysia';
import type { Definition, InputSchema } from '@shared/kernel/contract.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { ArrivalOf } from '../platform/http/arrival.ts';
import { Turn } from './batch.ts';
import type { CallerOf } from './caller.ts';
import { Heartbeats } from './heartbeats.ts';
import type { LiveSessions } from './live-sessions.ts';
import { inputOfQuery } from './query-input.ts';
import { readInput } from './read-input.ts';
import type { Registry } from './registry.ts';
import type { Respond } from './respond.ts';
import { type SseHost, SseStream } from './sse-stream.ts';

export interface MountSseOptions {
  registry: Registry;
  callerOf: CallerOf;
  arrivalOf: ArrivalOf;
  respond: Respond;
  live: LiveSessions;
  clock: Clock;
  log: Logger;
}

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/** Mounts each stream at `GET /sse/<module>/<stream>`; by POST with its input as JSON, where that is too long for an address. */
export function mountSse({ registry, callerOf, arrivalOf, respond, live, clock, log }: MountSseOptions) {
  const common = { heartbeats: new Heartbeats(clock), turn: new Turn(), live, log };
  const hosts = new WeakMap<Definition, SseHost>();
  const hostOf = (definition: Definition, name: string): SseHost => {
    let host = hosts.get(definition);
    if (!host) hosts.set(definition, (host = { ...common, name }));
    return host;
  };

  const handle = async (request: Request, module: string, name: string): Promise<Response> => {
    const definition = registry.find(module, name);
    const arrival = arrivalOf(request);
    if (definition?.kind !== 'stream') return respond(registry.missing(module), definition, arrival);
    const lastEventId = request.headers.get('last-event-id') ?? undefined;
    // The stream had finished: 204 tells an EventSource not to come back.
    if (lastEventId === 'done') return new Response(null, { status: 204 });
    // Another page can send a POST without being able to read the answer, but it must not open anything in our name.
    const isPost = request.method === 'POST';
    const caller = await callerOf(arrival, 'sse', { reads: !isPost });
    if (!caller.ok) return respond(caller, definition, arrival);

    const input: Result<unknown> = isPost
      ? await readInput(request, definition.input as InputSchema)
      : ok(inputOfQuery(definition.input as InputSchema, new URL(request.url).searchParams));
    if (!input.ok) return respond(input, definition, arrival);
    const host = hostOf(definition, `${module}.${name}`);
    const stream = new SseStream(host, arrival.requestId, caller.data.identity);
    const started = await registry.stream(
      { ...caller.data, signal: () => stream.signal, ...(lastEventId === undefined ? {} : { lastEventId }) },
      module,
      name,
      input.data,
    );
    if (!started.ok) return respond(started, definition, arrival);
    // Nobody would read on, so the generator never starts.
    if (request.method === 'HEAD') {
      stream.end();
      await started.data.return();
      return new Response(null, { headers });
    }
    arrival.server.timeout(request, 0);
    return new Response(stream.body(started.data), { headers });
  };
  return new Elysia({ name: 'sse' })
    .get('/sse/:module/:stream', ({ request, params }) => handle(request, params.module, params.stream))
    .post('/sse/:module/:stream', ({ request, params }) => handle(request, params.module, params.stream), {
      parse: 'none',
    });
}
