import { type Driver, reaches } from '../driver.ts';
import { type EventTally, openEventSink } from '../event-sink.ts';

const EVENTS = 500_000;
const WARM_UP = 100_000;

/** One stream of a module in a process of its own, as fast as it comes. */
export async function moduleStream({ job, mark, end }: Driver): Promise<void> {
  const read = async (count: number): Promise<void> => {
    const tally: EventTally = { events: 0 };
    await openEventSink({ port: job.port, path: `/sse/bench/count?to=${count}`, tally });
    // The end of the stream is an event, too.
    await reaches(() => tally.events, count + 1);
  };
  await read(WARM_UP);
  await mark();
  const started = performance.now();
  await read(EVENTS);
  end({ deliveries: EVENTS, perSecond: (EVENTS * 1000) / (performance.now() - started) });
}
