import type { BinaryContent } from '@shared/kernel/content.ts';
import { fail, NotReady } from '@shared/kernel/errors.ts';
import type { Result } from '@shared/kernel/result.ts';
import { type HostApi, type MigratedCopy, type ReceivedFile, type RemoteCall, SettingsRefused } from '../instance.ts';
import type { Reply } from '../link/exchange.ts';
import { migrationsOf, rehearse } from '../runtime/database.ts';
import { describe } from '../runtime/describe.ts';
import { loadModule } from '../runtime/load.ts';
import { faultText } from '../runtime/outcome.ts';
import { Runtime } from '../runtime/runtime.ts';
import type { ModuleEvent } from '../sdk/context.ts';
import type { ModuleDefinition } from '../sdk/define.ts';
import type { Beginning } from './order.ts';

/** Of a request on somebody's behalf. */
interface Called {
  run: string;
  name: string;
  call: RemoteCall;
  input: unknown;
  files?: ReceivedFile[];
}

/** A binary result crosses as what it is, with its bytes after it. */
const replyOf = (result: Result<unknown>): Reply => {
  if (!result.ok) return { value: result };
  const content = result.data as Partial<BinaryContent> | null;
  if (typeof content !== 'object' || content?.kind !== 'binary') return { value: result };
  const { body, ...rest } = content;
  if (body instanceof ReadableStream) return { value: { ok: true, data: rest }, body };
  if (!(body instanceof Uint8Array)) return { value: result };
  const { byteLength } = body;
  return { value: { ok: true, data: { ...rest, size: byteLength } }, body: new Blob([body]).stream() };
};

/** Answers what the host asks of this process. What it rejects with is told to the host as it is. */
export function createHandler(folder: string, host: HostApi) {
  let definition: ModuleDefinition | undefined;
  let runtime: Runtime | undefined;

  const begin = async ({ dataFolder, ...rest }: Beginning): Promise<void> => {
    if (!definition || runtime) throw new Error('A module begins once, after it was loaded');
    runtime = await Runtime.begin({ definition, host, folder: dataFolder, ...rest });
  };

  const methods: Record<string, (params: never, signal: AbortSignal) => Promise<Reply>> = {
    async load({ database }: { database: string }) {
      definition = await loadModule(folder);
      return { value: { description: describe(definition), migrated: migrationsOf(database) } };
    },
    async rehearse(copy: MigratedCopy) {
      rehearse(copy, definition?.migrations ?? []);
      return { value: null };
    },
    async begin(params: Beginning) {
      try {
        await begin(params);
        return { value: {} };
      } catch (error) {
        if (error instanceof SettingsRefused) return { value: { refused: error.issues } };
        throw error;
      }
    },
    async stop() {
      await runtime?.stop();
      return { value: null };
    },
  };
  const running: Record<string, (runtime: Runtime, params: never, signal: AbortSignal) => Promise<Reply>> = {
    async call(module, { run, name, call, input, files }: Called, signal) {
      return replyOf(await module.call({ id: run, signal }, name, call, input, files));
    },
    async stream(module, { run, name, call, input }: Called, signal) {
      const started = module.stream({ id: run, signal }, name, call, input);
      if (!started.ok) return { value: started };
      const names = Object.keys(definition?.streams?.[name]?.spec.events ?? {});
      const onUnsendable = (error: unknown): void => host.log('error', faultText(name, error));
      return { value: { ok: true }, events: { generator: started.data, names, onUnsendable } };
    },
    async connect(module, { run, name, call, input }: Called) {
      // A peer lives longer than the request that opens it.
      const abort = new AbortController();
      peers.set(run, abort);
      const connected = await module.connect({ id: run, signal: abort.signal }, name, call, input);
      if (!connected.ok) peers.delete(run);
      return { value: connected };
    },
    async message(module, { peer, message }: { peer: string; message: unknown }) {
      return { value: await module.message(peer, message) };
    },
    async disconnect(module, { peer }: { peer: string }) {
      peers.get(peer)?.abort(new DOMException('The peer went away', 'AbortError'));
      peers.delete(peer);
      await module.disconnect(peer);
      return { value: null };
    },
    async deliver(module, event: ModuleEvent) {
      return { value: await module.deliver(event) };
    },
    async schedule(module, { name }: { name: string }) {
      return { value: await module.runSchedule(name) };
    },
    async command(module, { run, name, call, input }: Called, signal) {
      return { value: await module.runCommand({ id: run, signal }, name, call, input as never) };
    },
  };
  const peers = new Map<string, AbortController>();

  return async (method: string, params: unknown, signal: AbortSignal): Promise<Reply> => {
    const always = methods[method];
    if (always) return always(params as never, signal);
    const verb = running[method];
    if (!verb) throw new Error(`The module's process knows no ${method}`);
    if (!runtime) return { value: fail(NotReady) };
    return verb(runtime, params as never, signal);
  };
}
