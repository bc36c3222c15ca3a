import { z } from 'zod';

export const actorKinds = ['user', 'bot', 'module', 'workflow', 'assistant', 'system'] as const;

/** Who did it: stands in each journal row and as each message's author. */
export const Actor = z.object({ kind: z.enum(actorKinds), id: z.string() });
export type Actor = z.infer<typeof Actor>;

export const systemActor: Actor = { kind: 'system', id: 'system' };
