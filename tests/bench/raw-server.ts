// The yardstick: Bun's own publish with nothing around it.
interface Data {
  topics: string[];
}

const server = Bun.serve<Data>({
  port: 0,
  hostname: '127.0.0.1',
  reusePort: false,
  fetch(request, from) {
    const topics = new URL(request.url).searchParams.get('topics')?.split(',') ?? [];
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
      // `<mode><topic> <text>`: p publishes, a answers with an ack, so that ingest without a store can be measured too.
      const text = String(message);
      const space = text.indexOf(' ');
      const body = text.slice(space + 1);
      if (text.startsWith('a')) {
        const { id, payload } = JSON.parse(body) as { id: number; payload: unknown };
        server.publish(text.slice(1, space), JSON.stringify(payload), false);
        ws.send(`{"event":"ack","id":${id}}`);
      } else server.publish(text.slice(1, space), body, false);
    },
  },
});
process.stdout.write(`${JSON.stringify({ port: server.port })}\n`);
