import { type Driver, percentile, quiet } from '../driver.ts';

/** Messages per second. */
const RATE = 400;
const WRITERS = 50;
const WARM_UP = 1500;

/** One room of everybody, in which fifty people write at random moments, whether or not the server keeps up. */
export async function busy({ job, raw, tally, latencies, mark, end, frameOf, connect }: Driver): Promise<void> {
  const room = raw ? 'room' : job.general;
  const sinks = await connect(job.clients, () => [room]);
  const writers = sinks.slice(0, WRITERS);
  const frames = (): number => tally.frames;
  const late: number[] = [];
  const write = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      let next = performance.now();
      const until = next + milliseconds;
      const step = (): void => {
        const now = performance.now();
        for (; next <= now && next < until; next += (-Math.log(1 - Math.random()) * 1000) / RATE) {
          late.push(now - next);
          writers[Math.floor(Math.random() * writers.length)]!.send(frameOf(room));
        }
        if (next < until) setTimeout(step, Math.max(0, next - now));
        else resolve();
      };
      step();
    });
  await quiet(frames);
  await write(WARM_UP);
  await quiet(frames);
  latencies.length = 0;
  late.length = 0;
  const before = tally.frames;
  await mark();
  await write(job.seconds * 1000);
  await quiet(frames);
  end({
    deliveries: tally.frames - before,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    late: percentile(late, 0.99),
  });
}
