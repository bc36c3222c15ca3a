import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Driver, pause, percentile } from '../driver.ts';
import { openHttpCaller, requestOf } from '../http-caller.ts';
import { moduleSource } from '../servers/module-source.ts';

const WARM_UP = 2;
const RELOADS = 12;
/** Milliseconds between two looks: few enough to count, enough to leave the server its core. */
const LOOK = 2;
/** Between a reload and the next: the version before ends meanwhile. */
const REST = 300;

/** From the saving of a module's file to the first answer of what was saved. */
export async function moduleReload({ job, mark, end }: Driver): Promise<void> {
  const caller = await openHttpCaller(job.port);
  const request = requestOf({ port: job.port, name: 'bench/build', input: {} });
  let build = 0;
  const reload = async (): Promise<number> => {
    await pause(REST);
    const wanted = `"data":${++build},`;
    const started = performance.now();
    writeFileSync(join(job.data, 'modules', 'bench', 'module.ts'), moduleSource('bench', build));
    for (;;) {
      const { status, body } = await caller.call(request);
      // The version before answers until then, and nobody is refused.
      if (status !== 200) throw new Error(`${status} ${body}`);
      if (body.includes(wanted)) return performance.now() - started;
      await pause(LOOK);
    }
  };
  for (let i = 0; i < WARM_UP; i++) await reload();
  await mark();
  const waits: number[] = [];
  for (let i = 0; i < RELOADS; i++) waits.push(await reload());
  end({
    deliveries: RELOADS,
    p50: percentile(waits, 0.5),
    values: { median: percentile(waits, 0.5) ?? 0, longest: Math.max(...waits) },
  });
}
