import { contract, fn } from '@shared/kernel/contract.ts';
import { ok } from '@shared/kernel/result.ts';
import { z } from 'zod';
import { implement } from '../../modules/module.ts';

const add = {
  effect: 'read',
  summary: 'Adds.',
  input: z.object({ a: z.number(), b: z.number(), note: z.string().max(200) }),
  output: z.object({ sum: z.number(), note: z.string() }),
  errors: [],
} as const;

const definitions = contract('sums', {
  add: fn({ ...add, access: 'public' }),
  addForMembers: fn({ ...add, access: 'member' }),
});

const sum = ({ a, b, note }: z.output<typeof add.input>) => ok({ sum: a + b, note });

/** What the modules of a bench do as well, in a module like Hearth's own. */
export const sumsModule = implement(definitions, {
  add: (_, input) => sum(input),
  addForMembers: (_, input) => sum(input),
});
