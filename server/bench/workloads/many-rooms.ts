import { type Driver, percentile, quiet, reaches } from '../driver.ts';

const PER_ROOM = 10;

/** So many rooms get a message at a time, each from one of its people; the next when everybody has them. */
const inTurns =
  (pick: (rooms: number) => number[], warmUp: number, turns: number) =>
  async (driver: Driver): Promise<void> => {
    const { job, raw, tally, latencies, mark, end, frameOf, connect } = driver;
    const people = job.clients;
    const names = raw ? Array.from({ length: people }, (_, i) => `room${i}`) : job.rooms;
    const topics = Array.from({ length: people }, (): string[] => []);
    // As the server furnished them: each person is in ten rooms.
    const member = (room: number, m: number): number => (room * PER_ROOM + m) % people;
    for (const [r, name] of names.entries()) for (let m = 0; m < PER_ROOM; m++) topics[member(r, m)]!.push(name);
    const sinks = await connect(people, (i) => topics[i]!);
    const frames = (): number => tally.frames;
    await quiet(frames);
    const post = async (count: number): Promise<number> => {
      let sent = 0;
      for (let i = 0; i < count; i++) {
        const rooms = pick(names.length);
        const goal = tally.frames + rooms.length * PER_ROOM;
        for (const r of rooms) sinks[member(r, Math.floor(Math.random() * PER_ROOM))]!.send(frameOf(names[r]!));
        await reaches(frames, goal);
        sent += rooms.length;
      }
      return sent * PER_ROOM;
    };
    await post(warmUp);
    latencies.length = 0;
    await mark();
    end({ deliveries: await post(turns), p99: percentile(latencies, 0.99) });
  };

/** Twenty messages outstanding, anywhere. Before as many again the server's code is not compiled yet. */
export const manyRooms = inTurns(
  (rooms) => Array.from({ length: 20 }, () => Math.floor(Math.random() * rooms)),
  1000,
  1000,
);

/** One message outstanding in each room. */
export const everyRoom = inTurns((rooms) => Array.from({ length: rooms }, (_, room) => room), 40, 80);
