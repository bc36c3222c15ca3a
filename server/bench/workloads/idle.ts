import { type Driver, quiet } from '../driver.ts';
import { stepsUpTo } from '../figures.ts';

/** The first of them warm the server up: what it needs once is no connection's. */
export const idleSteps = (clients: number): readonly number[] => stepsUpTo(clients, [1000, 10_000, 18_000]);

/** Connections that do nothing: three channels each, and presence. */
export async function idle({ job, raw, tally, mark, end, connect }: Driver): Promise<void> {
  let open = 0;
  for (const step of idleSteps(job.clients)) {
    await connect(
      step - open,
      (i) => ['room', 'global', `user${raw ? open + i : i}`],
      () => undefined,
    );
    open = step;
    await quiet(() => tally.frames);
    await mark(open);
  }
  end({ deliveries: open });
}
