import { contract, fn, stream } from '@shared/kernel/contract.ts';
import { ok } from '@shared/kernel/result.ts';
import { z } from 'zod';
import type { Journal } from '../../server/hub/journal.ts';
import { implement } from '../../server/modules/module.ts';

const Nothing = z.strictObject({});
const base = { access: 'guest', input: Nothing, errors: [], summary: 'For tests.' } as const;

const leversContract = contract('levers', {
  hold: fn({ ...base, effect: 'read', output: Nothing }),
  throws: fn({ ...base, effect: 'read', output: Nothing }),
  heldStream: stream({ ...base, events: { never: Nothing } }),
  count: fn({ ...base, effect: 'write', input: z.object({ by: z.number() }), output: z.object({ n: z.number() }) }),
  rewrite: fn({
    ...base,
    effect: 'write',
    input: z.strictObject({ channel: z.string(), offset: z.number(), payload: z.unknown() }),
    output: Nothing,
  }),
});

/** A module by which a test holds the hub up, looks at it, and does what no built-in module does yet. */
export function leversModule() {
  const holding: (() => void)[] = [];
  let counted = 0;
  const levers = {
    /** Channels that became occupied (`+gauge:a`) and vacant (`-gauge:a`), in order. */
    occupancy: [] as string[],
    /** Run each time somebody's welcome is made. */
    onWelcome: undefined as (() => Promise<unknown>) | undefined,
    /** Where `rewrite` writes. */
    journal: undefined as Journal | undefined,
    /** How many streams came to their end. */
    finished: 0,
    /** How many calls of `hold`, and streams before they begin, wait. */
    get held(): number {
      return holding.length;
    },
    letGo(): void {
      for (const release of holding.splice(0)) release();
    },
  };
  const held = (): Promise<void> => new Promise((resolve) => holding.push(resolve));
  async function* untilAborted(signal: AbortSignal): AsyncGenerator<{ event: 'never'; data: {} }, void, void> {
    try {
      if (signal.aborted) yield { event: 'never', data: {} };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    } finally {
      levers.finished++;
    }
  }
  const channels = (['latest', 'ephemeral'] as const).map((kind) => ({
    prefix: kind === 'latest' ? 'gauge' : 'whisper',
    kind,
    maySubscribe: () => true,
    onOccupied: (channel: string) => void levers.occupancy.push(`+${channel}`),
    onVacant: (channel: string) => void levers.occupancy.push(`-${channel}`),
  }));
  const module = implement(
    leversContract,
    {
      async hold() {
        await held();
        return ok({});
      },
      async heldStream(ctx) {
        await held();
        return ok(untilAborted(ctx.signal));
      },
      throws: () => {
        throw new Error('secret cause at /etc/passwd');
      },
      count: (ctx, { by }) => ctx.write(() => ok({ n: (counted += by) })),
      rewrite: (ctx, { channel, offset, payload }) =>
        ctx.write(async (tx) => {
          await levers.journal?.rewrite(tx, channel, offset, payload);
          return ok({});
        }),
    },
    {
      channels,
      async welcome() {
        await levers.onWelcome?.();
        return {};
      },
    },
  );
  return { module, levers };
}
