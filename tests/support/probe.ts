import { binary, file, html, redirect } from '@shared/kernel/content.ts';
import { contract, fn, socket, stream } from '@shared/kernel/contract.ts';
import { defineError, fail } from '@shared/kernel/errors.ts';
import { ok } from '@shared/kernel/result.ts';
import { z } from 'zod';
import { implement } from '../../server/modules/module.ts';

const Nothing = z.strictObject({});
const Declared = defineError('probe.declared', 418, 'As declared');
const Undeclared = defineError('probe.undeclared', 418, 'Never declared');
const base = { access: 'guest', effect: 'read', input: Nothing, errors: [], summary: 'For tests.' } as const;

const Everything = z.strictObject({
  text: z.string(),
  number: z.number().default(7),
  flag: z.boolean().optional(),
  list: z.array(z.string()).optional(),
  nested: z.strictObject({ deep: z.number() }).optional(),
});

export const probeContract = contract('probe', {
  echo: fn({ ...base, access: 'public', input: Everything, output: Everything }),
  whoAmI: fn({ ...base, access: 'public', output: z.unknown() }),
  guests: fn({ ...base, output: Nothing }),
  members: fn({ ...base, access: 'member', output: Nothing }),
  admins: fn({ ...base, access: 'admin', output: Nothing }),
  declared: fn({ ...base, output: Nothing, errors: [Declared] }),
  undeclared: fn({ ...base, output: Nothing }),
  throws: fn({ ...base, output: Nothing }),
  liar: fn({ ...base, output: z.object({ n: z.number() }) }),
  html: fn({ ...base, access: 'public', output: 'html' }),
  binary: fn({ ...base, access: 'public', output: 'binary' }),
  file: fn({ ...base, access: 'public', input: z.strictObject({ path: z.string() }), output: 'file' }),
  redirect: fn({ ...base, access: 'public', input: z.strictObject({ to: z.string() }), output: 'redirect' }),
  count: stream({
    access: 'guest',
    summary: 'Counts.',
    input: z.strictObject({ to: z.number().int() }),
    events: { number: z.object({ n: z.number(), text: z.string() }) },
    errors: [],
  }),
  wait: stream({ access: 'guest', summary: 'Waits.', input: Nothing, events: { never: Nothing }, errors: [] }),
  breaks: stream({ access: 'guest', summary: 'Throws.', input: Nothing, events: { one: Nothing }, errors: [] }),
  talk: socket({
    access: 'guest',
    summary: 'Echoes.',
    input: z.strictObject({ room: z.string() }),
    receive: z.strictObject({ say: z.string() }),
    send: z.unknown(),
    errors: [],
  }),
});

/** A module that has one of everything, and a record of what happened inside. */
export function probeModule() {
  const seen: string[] = [];
  const module = implement(
    probeContract,
    {
      echo: (_, input) => ok(input),
      whoAmI: ({ actor, role, request }) => ok({ actor, role, request }),
      guests: () => ok({}),
      members: () => ok({}),
      admins: () => ok({}),
      declared: () => fail(Declared),
      undeclared: () => fail(Undeclared),
      throws: () => {
        throw new Error('secret cause at /etc/passwd');
      },
      liar: () => ok({ n: 'not a number' as unknown as number }),
      html: () => ok(html('<p>hello</p>')),
      binary: () => ok(binary(new Uint8Array([1, 2, 3]), 'application/x-probe', 'näme "x".bin')),
      file: (_, { path }) => ok(file(path)),
      redirect: (_, { to }) => ok(redirect(to)),
      async *count(ctx, { to }) {
        const from = ctx.lastEventId === undefined ? 1 : Number(ctx.lastEventId) + 1;
        for (let n = from; n <= to; n++)
          yield { event: 'number', id: String(n), data: { n, text: 'line one\nid: 99\n\nevent: forged' } };
      },
      async *wait(ctx) {
        seen.push('waiting');
        try {
          if (ctx.signal.aborted) yield { event: 'never', data: {} };
          await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve(), { once: true }));
        } finally {
          seen.push('finally');
        }
      },
      async *breaks(ctx) {
        yield { event: 'one', data: {} };
        if (!ctx.signal.aborted) throw new Error('secret cause');
      },
      talk: {
        open: (_, peer, { room }) => {
          seen.push(`open ${room}`);
          peer.send({ welcome: room });
        },
        async message(_, peer, { say }) {
          if (say === 'throw') throw new Error('handler');
          await Promise.resolve();
          peer.send({ said: say });
        },
        close: () => void seen.push('close'),
      },
    },
    {
      channels: [
        {
          prefix: 'probe',
          kind: 'ephemeral',
          maySubscribe: () => true,
          onOccupied: (channel) => void seen.push(`occupied ${channel}`),
          onVacant: (channel) => void seen.push(`vacant ${channel}`),
        },
      ],
    },
  );
  return { module, seen };
}
