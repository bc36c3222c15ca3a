import { z } from 'zod';
import { contract, fn, stream } from '../kernel/contract.ts';
import { metricsEvents } from './events.ts';
import { Sample } from './schema.ts';

export const metrics = contract('metrics', {
  latest: fn({
    access: 'member',
    effect: 'read',
    summary: 'The newest reading of the machine; taken now if nobody watches.',
    input: z.strictObject({}),
    output: Sample,
    errors: [],
  }),
  live: stream({
    access: 'member',
    summary: 'A reading every two seconds, the newest at once.',
    input: z.strictObject({}),
    events: metricsEvents,
    errors: [],
  }),
});
