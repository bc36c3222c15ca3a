import { linesOf } from '../lines.ts';
import { partCommand } from '../part-command.ts';
import type { ClientJob, Report } from '../workload.ts';

/** People who talk meanwhile. */
export interface Bystanders {
  /** What was measured until now does not count. */
  forget(): void;
  /** How long their messages took since. */
  report(): Promise<Pick<Report, 'p50' | 'p99'>>;
  stop(): Promise<void>;
}

/** A process of its own, on the same core: what the others' clients compute is not to be taken for the server's delay. */
export async function startBystanders(job: ClientJob): Promise<Bystanders> {
  const process = Bun.spawn(partCommand('bystanders'), { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' });
  const told = linesOf(process.stdout);
  const tell = (line: string): void => {
    process.stdin.write(`${line}\n`);
    void process.stdin.flush();
  };
  tell(JSON.stringify(job));
  await told.next();
  return {
    forget: () => tell('forget'),
    async report() {
      tell('report');
      return JSON.parse(String((await told.next()).value)) as Report;
    },
    async stop() {
      process.kill();
      await process.exited;
    },
  };
}
