// Twenty people who talk in a room of their own while others recover; tells how long their messages took.
import { createDriver, percentile } from './driver.ts';
import { say } from './lines.ts';

const PEOPLE = 20;
/** Milliseconds between two messages. */
const EVERY = 10;

const { job, raw, latencies, frameOf, connect } = await createDriver((line) => {
  if (line === 'forget') latencies.length = 0;
  else say(JSON.stringify({ p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }));
});
const room = raw ? 'aside' : job.rooms[0]!;
const sinks = await connect(PEOPLE, () => [room]);
let turn = 0;
setInterval(() => sinks[turn++ % PEOPLE]!.send(frameOf(room)), EVERY);
say('talking');
