import { type Driver, pause } from '../driver.ts';
import { openHttpCallers, requestOf } from '../http-caller.ts';
import { startBystanders } from './bystanding.ts';
import { INPUT } from './module-calls.ts';

/** Modules that are called again and again. */
export const useful = ['bench-a', 'bench-b'];
/** Modules, each with the harm that it does. */
export const harmful: Readonly<Record<string, string>> = {
  'bench-loop': 'loop',
  'bench-leak': 'leak',
  'bench-flood': 'flood',
};

/** Milliseconds of listening: what loops and what leaks is found out and ended in that time. */
const SPAN = 8000;
const WARM_UP = 2000;
/** Milliseconds between two calls of a module. */
const EVERY = 4;
/** Milliseconds after which harm is asked for again, where a module has been started again meanwhile. */
const AGAIN = 100;
const CONNECTIONS = 8;

/** People talk: beside modules that are used, and then beside harmful ones as well; or alone, to compare. */
export async function moduleNeighbours({ job, mark, end }: Driver): Promise<void> {
  const bystanders = await startBystanders(job);
  let calls = 0;

  const use = async (id: string): Promise<void> => {
    const request = requestOf({ port: job.port, name: `${id}/add`, input: INPUT });
    const free = await openHttpCallers(job.port, CONNECTIONS);
    setInterval(() => {
      const caller = free.pop();
      // All are busy: it is called as often as it answers.
      if (!caller) return;
      void caller.call(request).then(({ status, body }) => {
        if (status !== 200) throw new Error(`${id}: ${status} ${body}`);
        calls++;
        free.push(caller);
      });
    }, EVERY);
  };
  /** How often each was found ended when it was asked again. */
  const ends = new Map(Object.keys(harmful).map((id) => [id, 0]));
  const harm = async ([id, name]: [string, string]): Promise<never> => {
    const request = requestOf({ port: job.port, name: `${id}/${name}`, input: {} });
    const [caller] = await openHttpCallers(job.port, 1);
    for (;;) {
      const { status } = await caller!.call(request);
      if (status >= 500) ends.set(id, (ends.get(id) ?? 0) + 1);
      await pause(AGAIN);
    }
  };
  const listen = async (): Promise<number> => {
    bystanders.forget();
    await pause(SPAN);
    return (await bystanders.report()).p99 ?? Number.NaN;
  };

  await pause(WARM_UP);
  await mark();
  if (job.target === 'alone') {
    const p99 = await listen();
    await bystanders.stop();
    // It is of the p99 alone: nothing else is counted.
    return end({ deliveries: SPAN, p99 });
  }
  for (const id of useful) await use(id);
  const used = await listen();
  // Who waits for an endless loop waits until that is ended.
  for (const each of Object.entries(harmful)) void harm(each);
  const p99 = await listen();
  await bystanders.stop();
  for (const [id, count] of ends) if (count === 0) throw new Error(`${id} was not ended, so it did no harm`);
  end({ deliveries: calls, p99, values: { 'with the used': used } });
}
