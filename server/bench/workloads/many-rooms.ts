import { type Driver, percentile, quiet, reaches } from '../driver.ts';

const PER_ROOM = 10;
const OUTSTANDING = 20;
const WARM_UP = 300;
const TURNS = 600;

/** Five hundred rooms of ten people each, twenty messages outstanding. */
export async function manyRooms(driver: Driver): Promise<void> {
  const { job, raw, tally, latencies, mark, end, frameOf, connect } = driver;
  const people = job.clients;
  const names = raw ? Array.from({ length: people }, (_, i) => `room${i}`) : job.rooms;
  const topics = Array.from({ length: people }, (): string[] => []);
  // As the server furnished them: each person is in ten rooms.
  for (const [r, name] of names.entries())
    for (let m = 0; m < PER_ROOM; m++) topics[(r * PER_ROOM + m) % people]!.push(name);
  const sinks = await connect(people, (i) => topics[i]!);
  const frames = (): number => tally.frames;
  await quiet(frames);
  const post = async (turns: number): Promise<void> => {
    for (let i = 0; i < turns; i++) {
      const goal = tally.frames + OUTSTANDING * PER_ROOM;
      for (let k = 0; k < OUTSTANDING; k++) {
        const r = Math.floor(Math.random() * names.length);
        sinks[(r * PER_ROOM) % people]!.send(frameOf(names[r]!));
      }
      await reaches(frames, goal);
    }
  };
  await post(WARM_UP);
  latencies.length = 0;
  await mark();
  await post(TURNS);
  end({ deliveries: TURNS * OUTSTANDING * PER_ROOM, p99: percentile(latencies, 0.99) });
}
