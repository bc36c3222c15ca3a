import { until } from './until.ts';

export interface HearthProcessOptions {
  /** The program and its arguments, without port and data folder. */
  command: string[];
  data: string;
  cwd: string;
  env?: Record<string, string>;
  /** User and group to run as; ours by default. */
  user?: number;
  port?: number;
  /** Where it lives below the origin: `/x`; at the root by default. */
  basePath?: string;
}

/** A Hearth in a process of its own, as somebody would start it. */
export interface HearthProcess extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** What it has written so far, both streams together. */
  readonly output: () => string;
  /** Calls a function of a module and gives its data; throws when the answer is an error. */
  call<T>(name: `${string}/${string}`, input: unknown, token?: string): Promise<T>;
  /** Sends a signal and does not wait: to halt it, or to let it go on. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal and gives the exit code, or the signal's name where it ended by one. */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

/** A port that nobody listens on right now. */
export function freePort(): number {
  const probe = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() });
  const { port } = probe;
  void probe.stop(true);
  if (!port) throw new Error('No port is free');
  return port;
}

/** Starts Hearth and waits until it takes requests. */
export async function startHearth(options: HearthProcessOptions): Promise<HearthProcess> {
  const port = options.port ?? freePort();
  const basePath = options.basePath ?? '';
  const url = `http://localhost:${port}${basePath}`;
  const flags = ['--port', String(port), '--data', options.data, ...(basePath && ['--base-path', basePath])];
  const child = Bun.spawn([...options.command, ...flags], {
    cwd: options.cwd,
    env: options.env ?? {},
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.user !== undefined && { uid: options.user, gid: options.user }),
  });
  let written = '';
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) written += decoder.decode(chunk, { stream: true });
  };
  const collected = Promise.all([collect(child.stdout), collect(child.stderr)]);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await child.exited;
    await collected;
    return child.signalCode ?? child.exitCode ?? -1;
  };
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  try {
    await until(
      async () => child.exitCode !== null || (await isReady()),
      () => written,
      20_000,
    );
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  if (child.exitCode !== null) {
    await collected;
    throw new Error(`Hearth ended with ${child.exitCode}: ${written}`);
  }
  return {
    url,
    port,
    pid: child.pid,
    output: () => written,
    signal: (signal) => child.kill(signal),
    end,
    async call<T>(name: string, input: unknown, token?: string) {
      const response = await fetch(`${url}/api/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify(input),
      });
      const answer = (await response.json()) as { ok: true; data: T } | { ok: false; error: { code: string } };
      if (!answer.ok) throw new Error(`${name} answered ${response.status} ${JSON.stringify(answer.error)}`);
      return answer.data;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await end('SIGKILL');
    },
  };
}
