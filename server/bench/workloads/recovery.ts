import { type Driver, quiet, reaches } from '../driver.ts';
import { startBystanders } from './bystanding.ts';

const MISSED = 300;
const CURSOR = /"offset":(\d+),"epoch":"([^"]+)"/;

/** Everybody recovers three hundred messages at once, while people in another room go on talking. */
export async function recovery({ job, raw, tally, mark, end, frameOf, connect }: Driver): Promise<void> {
  let cursor: RegExpExecArray | null = null;
  const sinks = await connect(
    job.clients,
    () => ['crowd'],
    (i) =>
      i === 0
        ? (data, start, end_) => {
            cursor = CURSOR.exec(data.toString('latin1', start, end_)) ?? cursor;
          }
        : undefined,
  );
  await quiet(() => tally.frames);
  const before = { ...tally };
  if (!raw) {
    for (let i = 0; i < MISSED; i++) sinks[0]!.send(frameOf(job.general));
    await reaches(() => tally.frames, before.frames + MISSED * job.clients);
  }
  const { frameBytes } = raw ? job : { frameBytes: Math.round((tally.bytes - before.bytes) / (MISSED * job.clients)) };

  const bystanders = await startBystanders(job);

  const [, offset, epoch] = cursor ?? ['', '0', ''];
  const request = raw
    ? `r${frameBytes} ${MISSED}`
    : JSON.stringify({
        event: 'subscribe',
        channel: `room:${job.general}`,
        payload: { since: { epoch, offset: Number(offset) - MISSED } },
        id: 1,
      });
  // The ack is a frame, too.
  const frames = MISSED + (raw ? 0 : 1);
  const storm = async (): Promise<void> => {
    const goal = tally.frames + frames * job.clients;
    for (const sink of sinks) sink.send(request);
    await reaches(() => tally.frames, goal);
  };
  await storm();
  bystanders.forget();
  await mark();
  const started = performance.now();
  await storm();
  const spent = performance.now() - started;
  const deliveries = MISSED * job.clients;
  const { p50, p99 } = await bystanders.report();
  await bystanders.stop();
  end({ deliveries, perSecond: (deliveries * 1000) / spent, frameBytes, p50, p99 });
}
