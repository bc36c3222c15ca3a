import { type Driver, percentile, quiet, reaches } from '../driver.ts';
import { type EventTally, openEventSink } from '../event-sink.ts';
import { stepsUpTo } from '../figures.ts';

const OUTSTANDING = 20;
const WARM_UP = 10;
const TURNS = 40;
const READERS = 20;

/** The first of them warm the server up. */
export const sseIdleSteps = (clients: number): readonly number[] => stepsUpTo(clients, [500, 5000]);

const open = async (driver: Driver, count: number, tally: EventTally): Promise<void> => {
  const { job, raw, read } = driver;
  const path = raw ? '/sse' : `/sse/hub/subscribe?channels=room:${job.general}`;
  for (let start = 0; start < count; start += 20)
    await Promise.all(
      Array.from({ length: Math.min(20, count - start) }, (_, k) =>
        openEventSink({
          port: job.port,
          path,
          token: job.tokens[(start + k) % job.tokens.length],
          tally,
          onChunk: start + k < READERS ? (chunk) => read(chunk.toString('latin1')) : undefined,
        }),
      ),
    );
  await quiet(() => tally.events);
};

/** Server-sent events of one room, twenty messages outstanding. */
export async function sse(driver: Driver): Promise<void> {
  const { job, raw, latencies, mark, end, frameOf, text, connect } = driver;
  const tally: EventTally = { events: 0 };
  await open(driver, job.clients, tally);
  const [writer] = await connect(1, () => []);
  const post = async (turns: number): Promise<void> => {
    for (let i = 0; i < turns; i++) {
      const goal = tally.events + OUTSTANDING * job.clients;
      for (let k = 0; k < OUTSTANDING; k++) writer!.send(raw ? `sall ${text()}` : frameOf(job.general));
      await reaches(() => tally.events, goal);
    }
  };
  await quiet(() => tally.events);
  await post(WARM_UP);
  latencies.length = 0;
  await mark();
  const started = performance.now();
  await post(TURNS);
  const deliveries = TURNS * OUTSTANDING * job.clients;
  end({
    deliveries,
    perSecond: (deliveries * 1000) / (performance.now() - started),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  });
}

/** Streams on which nothing happens. */
export async function sseIdle(driver: Driver): Promise<void> {
  const tally: EventTally = { events: 0 };
  let opened = 0;
  for (const step of sseIdleSteps(driver.job.clients)) {
    await open(driver, step - opened, tally);
    opened = step;
    await driver.mark(opened);
  }
  driver.end({ deliveries: opened });
}
