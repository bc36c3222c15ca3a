interface Bridge {
  target: string;
  headers: Record<string, string>;
  upstream?: WebSocket;
  /** What came before the upstream was open. */
  early: (string | ArrayBuffer | Uint8Array<ArrayBuffer>)[];
}

/** A web server that hands one path, and nothing else, on to another server: sockets too, as nginx would. */
export interface ReverseProxy {
  readonly port: number;
  /** The paths asked for that are not handed on. */
  readonly strays: string[];
  stop(): Promise<void>;
}

export function startReverseProxy(path: string, to: () => number): ReverseProxy {
  const strays: string[] = [];
  const server = Bun.serve<Bridge>({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request, self) {
      const url = new URL(request.url);
      if (url.pathname !== path && !url.pathname.startsWith(`${path}/`)) {
        strays.push(url.pathname);
        return new Response('Another service lives here', { status: 404 });
      }
      const headers = new Headers(request.headers);
      headers.set('x-forwarded-for', self.requestIP(request)?.address ?? '');
      headers.set('x-forwarded-proto', 'http');
      headers.set('x-forwarded-host', url.host);
      const target = `127.0.0.1:${to()}${url.pathname}${url.search}`;
      if (headers.get('upgrade') === 'websocket') {
        const kept = ['cookie', 'origin', 'user-agent', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'];
        const passed = Object.fromEntries(kept.map((name) => [name, headers.get(name) ?? '']));
        const data: Bridge = { target: `ws://${target}`, headers: passed, early: [] };
        return self.upgrade(request, { data }) ? undefined : new Response(null, { status: 400 });
      }
      const body = request.method === 'GET' || request.method === 'HEAD' ? null : await request.arrayBuffer();
      return fetch(`http://${target}`, {
        method: request.method,
        headers,
        body,
        redirect: 'manual',
        decompress: false,
        // As nginx does where its upstream went away in the middle.
      }).catch(() => new Response('Bad gateway', { status: 502 }));
    },
    websocket: {
      open(ws) {
        // Bun's own takes headers; the browser's type does not know them.
        const upstream = new WebSocket(ws.data.target, { headers: ws.data.headers } as unknown as string[]);
        upstream.binaryType = 'arraybuffer';
        upstream.addEventListener('open', () => {
          for (const message of ws.data.early.splice(0)) upstream.send(message);
        });
        upstream.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => void ws.send(data));
        upstream.addEventListener('close', ({ code, reason }) =>
          code === 1006 ? ws.terminate() : ws.close(code, reason),
        );
        ws.data.upstream = upstream;
      },
      message(ws, message) {
        const data = typeof message === 'string' ? message : new Uint8Array(message);
        if (ws.data.upstream?.readyState === WebSocket.OPEN) ws.data.upstream.send(data);
        else ws.data.early.push(data);
      },
      close(ws) {
        ws.data.upstream?.close();
      },
    },
  });
  return { port: server.port ?? 0, strays, stop: () => server.stop(true) };
}
