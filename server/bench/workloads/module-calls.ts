import { type Driver, pause, percentile } from '../driver.ts';
import { type HttpCaller, openHttpCallers, requestOf } from '../http-caller.ts';
import { TRUSTED } from '../servers/module-source.ts';

/** Calls after which all code that they run is compiled. */
const WARM_UP = 20_000;
export const INPUT = { a: 19, b: 23, note: 'What is the answer to the ultimate question?' };
const ANSWER = '"data":{"sum":42,';
/** Slices of one kind of call after the other, so that both see the same moments of the machine. */
const TURNS = 10;
const CALLS = 300;
const SLICE = 400;

const call = async (caller: HttpCaller, request: Buffer): Promise<void> => {
  const { status, body } = await caller.call(request);
  if (status !== 200 || !body.includes(ANSWER)) throw new Error(`${status} ${body}`);
};

/** Each connection calls again and again while it may, which is told how many calls there were; resolves with that. */
async function callWhile(
  mayCall: (count: number) => boolean,
  callers: readonly HttpCaller[],
  request: Buffer,
): Promise<number> {
  let count = 0;
  await Promise.all(
    callers.map(async (caller) => {
      while (mayCall(count)) {
        count++;
        await call(caller, request);
      }
    }),
  );
  return count;
}

const isWarmingUp = (count: number): boolean => count < WARM_UP;

const during = (milliseconds: number): (() => boolean) => {
  const until = performance.now() + milliseconds;
  return () => performance.now() < until;
};

/** A function in the server's process, called by many at once: by strangers, or by somebody signed in. */
export const calls =
  (name: string, signedIn = false) =>
  async ({ job, mark, end }: Driver): Promise<void> => {
    const [token] = signedIn ? job.tokens : [];
    const request = requestOf({ port: job.port, name, input: INPUT, token });
    const callers = await openHttpCallers(job.port, job.clients);
    await callWhile(isWarmingUp, callers, request);
    await mark();
    const started = performance.now();
    const deliveries = await callWhile(during(job.seconds * 1000), callers, request);
    end({ deliveries, perSecond: (deliveries * 1000) / (performance.now() - started) });
  };

/** The same function in the server's process and in one of its own, in turn. */
export async function moduleIsolated({ job, mark, end }: Driver): Promise<void> {
  const ways = [TRUSTED, 'bench'].map((id) => ({
    request: requestOf({ port: job.port, name: `${id}/add`, input: INPUT }),
    waits: [] as number[],
    calls: 0,
    spent: 0,
  }));
  const [inProcess, isolated] = ways as [(typeof ways)[0], (typeof ways)[0]];
  const callers = await openHttpCallers(job.port, job.clients);
  const [alone] = callers;
  for (const { request } of ways) await callWhile(isWarmingUp, callers, request);
  await pause(100);
  await mark();
  for (let turn = 0; turn < TURNS; turn++)
    for (const { request, waits } of ways)
      for (let i = 0; i < CALLS; i++) {
        const started = performance.now();
        await call(alone!, request);
        waits.push(performance.now() - started);
      }
  for (let turn = 0; turn < TURNS; turn++)
    for (const way of ways) {
      const started = performance.now();
      way.calls += await callWhile(during(SLICE), callers, way.request);
      way.spent += performance.now() - started;
    }
  const p50 = ({ waits }: (typeof ways)[0]): number => percentile(waits, 0.5) ?? 0;
  const rate = ({ calls, spent }: (typeof ways)[0]): number => (calls * 1000) / spent;
  end({
    deliveries: isolated.calls + inProcess.calls + 2 * TURNS * CALLS,
    perSecond: rate(isolated),
    p50: p50(isolated),
    p99: percentile(isolated.waits, 0.99),
    values: {
      'p50 in-process': p50(inProcess),
      'p50 beyond it': p50(isolated) - p50(inProcess),
      'rate in-process': rate(inProcess),
      'of that rate': rate(isolated) / rate(inProcess),
    },
  });
}
