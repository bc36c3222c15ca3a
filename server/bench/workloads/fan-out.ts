import { type Driver, percentile, quiet, reaches } from '../driver.ts';

/** Enough for the server's code to be compiled: a server runs for days. */
const WARM_UP = 600;
const MESSAGES = 400;

/** One room of everybody, one message outstanding. */
export async function fanOut({ job, raw, tally, latencies, mark, end, frameOf, connect }: Driver): Promise<void> {
  const room = raw ? 'room' : job.general;
  const sinks = await connect(job.clients, () => [room]);
  const frames = (): number => tally.frames;
  await quiet(frames);
  const post = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      const goal = tally.frames + job.clients;
      sinks[0]!.send(frameOf(room));
      await reaches(frames, goal);
    }
  };
  await post(WARM_UP);
  latencies.length = 0;
  await mark();
  await post(MESSAGES);
  end({ deliveries: MESSAGES * job.clients, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) });
}
