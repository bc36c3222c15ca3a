import { CommandError } from '../cli/command-error.ts';
import { createDriver } from './driver.ts';
import { linesOf, say } from './lines.ts';
import type { Part } from './part-command.ts';
import { ownFigures } from './process-figures.ts';
import { servers } from './servers/servers.ts';
import type { ClientJob, ServerJob } from './workload.ts';
import { talk } from './workloads/bystanders.ts';
import { workloads } from './workloads/workloads.ts';

/** Frees what can be freed, so that the memory that is left is what is in use. */
async function settle(): Promise<void> {
  for (let i = 0; i < 6; i++) {
    Bun.gc(true);
    await new Promise<void>((resolve) => setTimeout(resolve, 100));
  }
}

async function serve(job: ServerJob, lines: AsyncIterable<string>): Promise<void> {
  say(await servers[job.target](job));
  for await (const line of lines) {
    if (line === 'settle') await settle();
    say(ownFigures());
  }
}

async function drive(job: ClientJob, lines: AsyncIterable<string>): Promise<void> {
  const workload = workloads.find(({ name }) => name === job.workload);
  if (!workload) throw new Error(`There is no workload ${job.workload}`);
  const driver = createDriver(job);
  // What is connected stays so until whoever started this has seen the result.
  const running = workload.run(driver);
  running.catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
  for await (const _ of lines) driver.goOn();
}

/** Undefined for anything that no bench has written. */
function jobOf(line: string): object | undefined {
  try {
    const job: unknown = JSON.parse(line);
    return typeof job === 'object' && job !== null && 'target' in job ? job : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A process of a bench: a server or its clients. The first line of the standard input is its job; it ends with its
 * input, so that it never outlives whoever started it.
 */
export async function runPart(part: Part): Promise<never> {
  const lines = linesOf(Bun.stdin.stream());
  const { value } = await lines.next();
  // Each part reads what it was sent.
  const job = jobOf(String(value)) as (ServerJob & ClientJob) | undefined;
  if (!job) throw new CommandError('Only hearth bench starts this', 2);
  if (part === 'server') await serve(job, lines);
  else if (part === 'clients') await drive(job, lines);
  else await talk(job, lines);
  process.exit(0);
}
