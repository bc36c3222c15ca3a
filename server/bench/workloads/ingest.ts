import { type Driver, pause } from '../driver.ts';
import { NAME_AT, type Sink } from '../sink.ts';

const OUTSTANDING = 800;
const WARM_UP = 1000;
const ACK = 'a'.charCodeAt(0);
const ERROR = 'e'.charCodeAt(0);

/** Fifty writers in fifty rooms, each with sixteen messages that wait for their acks. */
export async function ingest({ job, raw, mark, end, frameOf, connect }: Driver): Promise<void> {
  const names = raw ? Array.from({ length: job.clients }, (_, i) => `room${i}`) : job.rooms;
  let acked = 0;
  let id = 0;
  const sinks: Sink[] = [];
  const opened = await connect(
    job.clients,
    (i) => [names[i]!],
    (i) => (data, start, end_) => {
      const kind = data[start + NAME_AT];
      if (kind === ERROR && !raw) throw new Error(data.toString('latin1', start, end_));
      if (kind !== ACK) return;
      acked++;
      sinks[i]!.send(frameOf(names[i]!, id++));
    },
  );
  sinks.push(...opened);
  for (const [i, sink] of sinks.entries())
    for (let k = 0; k < OUTSTANDING / sinks.length; k++) sink.send(frameOf(names[i]!, id++));
  await pause(WARM_UP);
  await mark();
  const before = acked;
  const started = performance.now();
  await pause(job.seconds * 1000);
  const deliveries = acked - before;
  end({ deliveries, perSecond: (deliveries * 1000) / (performance.now() - started) });
}
