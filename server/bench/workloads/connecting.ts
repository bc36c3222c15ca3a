import { type Driver, pause } from '../driver.ts';
import { NAME_AT, openSink, type Sink } from '../sink.ts';

const TOPICS = 20;
const AT_ONCE = 50;
const TURNS = 3;
const WELCOME = 'w'.charCodeAt(0);

/** People who are in twenty rooms each connect; it counts once the welcome is there. */
export async function connecting({ job, tally, mark, end, pathFor }: Driver): Promise<void> {
  const path = pathFor(Array.from({ length: TOPICS }, (_, i) => `room${i}`));
  const one = async (i: number): Promise<Sink> => {
    let welcome = (): void => {};
    const welcomed = new Promise<void>((resolve) => {
      welcome = resolve;
    });
    const sink = await openSink({
      port: job.port,
      path,
      token: job.tokens[i % job.tokens.length],
      tally,
      onFrame: (data, start) => {
        if (data[start + NAME_AT] === WELCOME) welcome();
      },
    });
    await welcomed;
    return sink;
  };
  let spent = 0;
  const turn = async (): Promise<void> => {
    const sinks: Sink[] = [];
    const started = performance.now();
    for (let start = 0; start < job.clients; start += AT_ONCE) {
      const length = Math.min(AT_ONCE, job.clients - start);
      sinks.push(...(await Promise.all(Array.from({ length }, (_, k) => one(start + k)))));
    }
    spent += performance.now() - started;
    for (const sink of sinks) sink.close();
    await pause(200);
  };
  await turn();
  spent = 0;
  await mark();
  for (let i = 0; i < TURNS; i++) await turn();
  const deliveries = job.clients * TURNS;
  end({ deliveries, perSecond: (deliveries * 1000) / spent });
}
