/** The beginning of each module of these tests: a function says, a gate waits until a file is there. */
const head = `
import { binary, defineError, defineModule, fail, file, fn, html, ok, redirect, secret, socket, stream, z } from 'hearth:sdk';
import { existsSync, writeFileSync } from 'node:fs';
const read = { access: 'guest', effect: 'read', summary: 'Reads.', output: z.any() } as const;
const write = { ...read, effect: 'write' } as const;
const gate = async (folder: string, name: string) => {
  writeFileSync(folder + '/' + name + '-began', '');
  while (!existsSync(folder + '/' + name)) await new Promise((go) => setTimeout(go, 3));
};
`;

export interface SourceParts {
  /** What its function \`say\` answers. */
  says?: string;
  functions?: string;
  /** Further parts of the manifest. */
  more?: string;
  /** In front of the definition. */
  before?: string;
  id?: string;
}

/** A module of a test: it says something, and does what its parts say. */
export const source = (
  id: string,
  { says = 'one', functions = '', more = '', before = '' }: SourceParts = {},
): string =>
  `${head}${before}
export default defineModule({
  id: '${id}', version: '1.0.0', title: 'Title of ${id}', engine: '^1.0.0', ${more}
  functions: {
    say: fn(read, () => ok(${JSON.stringify(says)})),
    ${functions}
  },
});
`;

/** A stream that counts until its reader goes, and says so in a file; a socket that echoes; a call that waits. */
export const lasting = (by: string): Pick<SourceParts, 'functions' | 'more'> => ({
  functions: `hold: fn(write, async (ctx) => { await gate(ctx.folder, 'go-${by}'); return ok('${by}'); }),`,
  more: `
  streams: {
    count: stream({ access: 'guest', summary: 'Counts.', events: { tick: z.any() } }, async function* (ctx) {
      try {
        for (let n = 0; ; n++) {
          yield { event: 'tick', data: { n, by: '${by}' } };
          await ctx.sleep(5);
        }
      } finally {
        writeFileSync(ctx.folder + '/finally-${by}', '');
      }
    }),
  },
  sockets: {
    echo: socket({ access: 'guest', summary: 'Echoes.', receive: z.any(), send: z.any() }, {
      onConnect: (ctx, peer) => peer.send({ by: '${by}' }),
      onMessage: (ctx, peer, message) => peer.send(message),
    }),
  },`,
});

/** Does every harm that a module's code can do to what runs it; with so many MiB of memory, and milliseconds for a call. */
export const harmful = (id: string, { memory = 256, callTimeout = 20_000 } = {}): string =>
  source(id, {
    before: `
const hog: Uint8Array[] = [];
const turn = () => new Promise<void>((go) => setImmediate(go));`,
    functions: `
    loop: fn(write, () => { for (;;); }),
    exit: fn(write, () => process.exit(3)),
    eat: fn(write, async () => { for (;;) { hog.push(new Uint8Array(16 * 1024 * 1024).fill(1)); await turn(); } }),
    gulp: fn(write, () => { hog.push(new Uint8Array(1024 * 1024 * 1024).fill(1)); return new Promise<never>(() => {}); }),
    print: fn(write, async () => { const line = 'x'.repeat(1023) + '\\n'; for (;;) await new Promise<void>((go) => process.stdout.write(line.repeat(64), () => go())); }),
    mute: fn(write, () => new Promise<never>(() => {})),
    big: fn(write, () => ok('z'.repeat(100 * 1024 * 1024))),
    nested: fn(write, () => { let deep: unknown = 1; for (let n = 0; n < 1000; n++) deep = [deep]; return ok(deep); }),
    log: fn(write, (ctx) => { ctx.log.info('y'.repeat(5_000_000)); console.log('w'.repeat(5_000_000)); return ok(1); }),
    throwing: fn(write, () => { throw new Error('thrown in a call'); }),`,
    more: `
  limits: { callTimeout: ${callTimeout}, memory: ${memory} },
  streams: {
    broken: stream({ access: 'guest', summary: 'Throws.', events: { tick: z.any() } }, async function* () {
      yield { event: 'tick', data: 1 };
      throw new Error('thrown in a generator');
    }),
    fast: stream({ access: 'guest', summary: 'Never waits.', events: { tick: z.any() } }, async function* (ctx) {
      let n = 0;
      try {
        for (;;) {
          yield { event: 'tick', data: { n: n++, pad: 'p'.repeat(200) } };
          if (n % 1000 === 0) writeFileSync(ctx.folder + '/made', String(n));
        }
      } finally {
        writeFileSync(ctx.folder + '/fast-finally', String(n));
      }
    }),
  },`,
  });

/** Writes what it likes on the link of its process, as its code can. */
export const hostile = (id: string): string =>
  source(id, {
    before: `
import { readdirSync } from 'node:fs';
// The link of this process, caught when it is used.
let link: WebSocket;
const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (data) {
  link = this;
  return send.call(this, data);
};
const asked: { id: number; method: string; params: any }[] = [];
const { parse } = JSON;
JSON.parse = (text, ...rest) => {
  const value = parse(text, ...rest);
  if (Array.isArray(value) && value[0] === 'q') asked.push({ id: value[1], method: value[2], params: value[3] });
  return value;
};
const raw = (text: string) => send.call(link, text);
const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
let peer = '';
const flood = (frame: string): Promise<never> => {
  const on = () => { for (let n = 0; n < 2000; n++) raw(frame); setImmediate(on); };
  on();
  return new Promise(() => {});
};
const attacks: Record<string, () => unknown> = {
  'deep-send': () => {
    for (const depth of [10_000, 30_000, 60_000, 1_000_000]) {
      raw('["n","send",{"peerId":"' + peer + '","message":' + deep(depth) + '}]');
      raw('["n","broadcast",{"handler":"echo","room":"r","message":' + deep(depth) + '}]');
      raw('["n","publish",{"event":"x","payload":{"deep":' + deep(depth) + '}}]');
      raw('["q",' + (70_000 + depth) + ',"hearth",{"module":"chat","function":"postMessage","input":{"text":' + deep(depth) + '}}]');
    }
    return new Promise(() => {});
  },
  'deep-answer': () => {
    raw('["a",' + asked.at(-1)?.id + ',{"ok":true,"data":' + deep(60_000) + '}]');
    return new Promise(() => {});
  },
  'deep-event': () => { for (const { id } of asked) raw('E' + id + '\\n0\\t\\t' + deep(60_000) + '\\n'); return new Promise(() => {}); },
  async knock() {
    const folder = process.cwd() + '/../../.m/';
    const unix = folder + readdirSync(folder)[0];
    const headers = { upgrade: 'websocket', connection: 'upgrade', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
    const paths = ['/', '/x', '/' + new URL(link.url).pathname.slice(1), '/' + '0'.repeat(64)];
    return ok(await Promise.all(paths.map(async (path) => (await fetch('http://localhost' + path, { unix, headers })).status)));
  },
  cancels: () => flood('["c",1,false]'),
  grants: () => flood('["r",1,1]'),
  pings: () => flood('["p"]'),
  faults: () => flood('["x",1,"y"]'),
};`,
    functions: `
    attack: fn({ ...write, input: z.object({ what: z.string() }) }, (ctx, { what }) => attacks[what]?.() as never),`,
    more: `
  limits: { callTimeout: 3000 },
  sockets: {
    echo: socket({ access: 'guest', summary: 'Echoes.', receive: z.any(), send: z.any() }, {
      onConnect: (ctx, open) => { peer = open.id; open.join('r'); open.send({ hello: 1 }); },
      onMessage() {},
    }),
  },`,
  });
