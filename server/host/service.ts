import { z } from 'zod';
import type { Contract, Definition, Definitions, InputSchema } from '@shared/kernel/contract.ts';
import { fail, NotFound } from '@shared/kernel/errors.ts';
import type { Awaitable, Err, Result } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import type { Repeats } from '../modules/repeats.ts';
import type { Peer, ServerModule, SocketVerb, Verbs } from '../modules/module.ts';
import type { Description } from './description.ts';
import type { Version } from './version.ts';

type Json = Record<string, unknown>;

/** These name schemas across documents; what a module calls its own stays its own. */
const described = ({ $schema: _, $id: __, id: ___, ...schema }: Json): Json => schema;

/** Takes anything, for the module holds the input against its own schema. What that is stands in the metadata. */
const objectOf = (schema: Json): InputSchema => z.any().meta(described(schema));
const anythingOf = (schema: Json): z.ZodType => z.unknown().meta(described(schema));

/** What a module says of itself as a contract, like those of Hearth's own modules. */
export function contractOf(description: Description): Contract {
  const { id, functions, streams, sockets } = description;
  const definitions: Record<string, Definition> = {};
  for (const [name, { files, output, input, ...spec }] of Object.entries(functions))
    definitions[name] = {
      ...spec,
      kind: 'fn',
      input: objectOf(input),
      output: typeof output === 'string' ? output : anythingOf(output),
      ...(files ? { files } : {}),
    };
  for (const [name, { events, input, ...spec }] of Object.entries(streams))
    definitions[name] = {
      ...spec,
      kind: 'stream',
      input: objectOf(input),
      events: Object.fromEntries(Object.entries(events).map(([event, schema]) => [event, anythingOf(schema)])),
    };
  for (const [name, { receive, send, input, ...spec }] of Object.entries(sockets))
    definitions[name] = {
      ...spec,
      kind: 'socket',
      input: objectOf(input),
      receive: anythingOf(receive),
      send: anythingOf(send),
    };
  return { name: id, definitions };
}

/** Lets a call in: the version that answers now, or why none does. A module that migrates keeps it waiting for a while. */
export type Enter = () => Awaitable<Result<Version>>;

/** A newer version that the call had to wait for may not have what the older one had. */
const isMissing = (definitions: object, name: string): Err | undefined =>
  Object.hasOwn(definitions, name) ? undefined : fail(NotFound);

const socketVerb = (name: string, enter: Enter): SocketVerb<Definition> => {
  const versions = new WeakMap<object, Version>();
  return {
    async open(ctx, peer, input) {
      const entered = await enter();
      if (!entered.ok) return entered;
      const missing = isMissing(entered.data.description.sockets, name);
      if (missing) return missing;
      versions.set(peer, entered.data);
      return entered.data.connect(ctx, name, peer as Peer<unknown>, input);
    },
    async message(_ctx, peer, message) {
      // A migration lets it wait. Where the module was taken away, whoever did that has closed the connection.
      const entered = await enter();
      return entered.ok ? versions.get(peer)?.message(peer.id, message) : undefined;
    },
    async close(_ctx, peer) {
      await versions.get(peer)?.disconnect(peer.id);
    },
  };
};

/** The module as the registry mounts it: its verbs go to whichever version runs. */
export function serviceOf(description: Description, enter: Enter, repeats: Repeats): ServerModule {
  const contract = contractOf(description);
  const verbs: Record<string, unknown> = {};
  for (const [name, { output }] of Object.entries(description.functions)) {
    const run = (ctx: Context, input: unknown): Awaitable<Result<unknown>> => {
      const call = (entered: Result<Version>): Awaitable<Result<unknown>> => {
        if (!entered.ok) return entered;
        return isMissing(entered.data.description.functions, name) ?? entered.data.call(ctx, name, input);
      };
      const entered = enter();
      return entered instanceof Promise ? entered.then(call) : call(entered);
    };
    // Files and pages are no answers to keep, and the keys of strangers tell nobody from another.
    const isKept = ({ role }: Context): boolean => typeof output !== 'string' && role !== 'public';
    verbs[name] = (ctx: Context, input: unknown): Awaitable<Result<unknown>> =>
      ctx.keyed && isKept(ctx) ? repeats.once(ctx.keyed, () => run(ctx, input)) : run(ctx, input);
  }
  for (const name of Object.keys(description.streams))
    verbs[name] = async (ctx: Context, input: unknown) => {
      const entered = await enter();
      if (!entered.ok) return entered;
      return isMissing(entered.data.description.streams, name) ?? entered.data.stream(ctx, name, input);
    };
  for (const name of Object.keys(description.sockets)) verbs[name] = socketVerb(name, enter);
  return { contract, verbs: verbs as Verbs<Definitions> };
}
