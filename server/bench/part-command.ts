import { ownCommand } from '../platform/own-command.ts';

/** The processes that a bench starts; `bystanders` belong to the clients of one workload. */
export const parts = ['server', 'clients', 'bystanders'] as const;
export type Part = (typeof parts)[number];

/** How to start one. From the sources `BENCH_BUN_FLAGS` goes to Bun: `--cpu-prof --cpu-prof-dir=…` profiles. */
export function partCommand(part: Part): string[] {
  const [program = '', ...rest] = ownCommand;
  const flags = Bun.isStandaloneExecutable ? [] : (process.env.BENCH_BUN_FLAGS?.split(' ') ?? []);
  return [program, ...flags, ...rest, 'bench-part', part];
}
