import type { Furnished } from '../workload.ts';

interface Data {
  topics: string[];
}

/** The yardstick: Bun's own publish, sends and streams with nothing around them. */
export async function serveRaw(): Promise<Furnished> {
  const encoder = new TextEncoder();
  const readers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const streamed = (): Response => {
    let mine: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        mine = controller;
        readers.add(mine);
        mine.enqueue(encoder.encode(': open\n\n'));
      },
      cancel: () => void readers.delete(mine),
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
  };

  const server = Bun.serve<Data>({
    port: 0,
    hostname: '127.0.0.1',
    reusePort: false,
    idleTimeout: 0,
    fetch(request, from) {
      const url = new URL(request.url);
      if (url.pathname === '/sse') return streamed();
      const topics = url.searchParams.get('topics')?.split(',').filter(Boolean) ?? [];
      return from.upgrade(request, { data: { topics } }) ? undefined : new Response('', { status: 400 });
    },
    websocket: {
      perMessageDeflate: false,
      idleTimeout: 0,
      backpressureLimit: 64 * 1024 * 1024,
      open(ws) {
        for (const topic of ws.data.topics) ws.subscribe(topic);
        ws.send('{"event":"welcome"}');
      },
      message(ws, message) {
        // `<mode><topic> <text>`
        const text = String(message);
        const space = text.indexOf(' ');
        const topic = text.slice(1, space);
        const body = text.slice(space + 1);
        switch (text[0]) {
          // Publishes.
          case 'p':
            server.publish(topic, body, false);
            break;
          // Publishes and answers with an ack: ingest without anything.
          case 'a': {
            const { id, payload } = JSON.parse(body) as { id: number; payload: unknown };
            server.publish(topic, JSON.stringify(payload), false);
            ws.send(`{"event":"ack","id":${id}}`);
            break;
          }
          // Sends so many frames of so many bytes: a recovery without anything to read.
          case 'r': {
            const frame = '.'.repeat(Number(topic));
            ws.cork(() => {
              for (let i = Number(body); i > 0; i--) ws.send(frame, false);
            });
            break;
          }
          // To every stream.
          case 's': {
            const event = encoder.encode(`data: ${body}\n\n`);
            for (const reader of readers) reader.enqueue(event);
          }
        }
      },
    },
  });
  return { port: server.port ?? 0, tokens: [], rooms: [], general: '' };
}
