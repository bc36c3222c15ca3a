import { createDriver, percentile } from '../driver.ts';
import { say } from '../lines.ts';
import type { ClientJob, Report } from '../workload.ts';

const PEOPLE = 20;
/** Milliseconds between two messages. */
const EVERY = 10;

/** Twenty people who talk in a room of their own while others recover; tells how long their messages took. */
export async function talk(job: ClientJob, lines: AsyncIterable<string>): Promise<void> {
  const { raw, latencies, frameOf, connect } = createDriver(job);
  const room = raw ? 'aside' : job.rooms[0]!;
  const sinks = await connect(PEOPLE, () => [room]);
  let turn = 0;
  setInterval(() => sinks[turn++ % PEOPLE]!.send(frameOf(room)), EVERY);
  say('talking');
  for await (const line of lines) {
    if (line === 'forget') latencies.length = 0;
    else say({ p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) } satisfies Partial<Report>);
  }
}
