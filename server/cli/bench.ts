import { Argument } from 'commander';
import { type Part, parts } from '../bench/part-command.ts';
import type { BenchFlags } from '../bench/run.ts';
import type { CommandHost } from './commands.ts';
import { atLeast } from './whole-number.ts';

/** `hearth bench`: how fast this Hearth is on this machine. Loaded when it is asked for. */
export function addBenchCommand({ program, context, exitWith }: CommandHost): void {
  program
    .command('bench')
    .description('measure a Hearth on a scratch folder against what bare Bun does on this machine')
    .argument('[workload...]', 'only these')
    .option('--rounds <number>', 'how often each, in turn; the best counts', atLeast(1), 2)
    .option('--patience <seconds>', 'how long each round waits for others to leave the machine alone', atLeast(0), 0)
    .option('--clients <number>', 'no more clients than these', atLeast(20))
    .option('--json <file>', 'write all figures of all rounds there')
    .option('--list', 'say what there is')
    .action(async (workloads: string[], flags: BenchFlags) => {
      const { runBench } = await import('../bench/run.ts');
      exitWith(await runBench(context, workloads, flags));
    });
  program
    .command('bench-part', { hidden: true })
    .addArgument(new Argument('<part>').choices(parts))
    .action(async (part: Part) => {
      const { runPart } = await import('../bench/part.ts');
      await runPart(part);
    });
}
