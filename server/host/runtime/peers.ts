import { fail, NotFound } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import { validate } from '../../modules/validation.ts';
import type { HostApi, RemoteCall, Run } from '../instance.ts';
import type { CallContext } from '../sdk/context.ts';
import type { ModulePeer, ModuleSocket } from '../sdk/define.ts';
import type { Contexts } from './contexts.ts';
import { checkValue } from './outcome.ts';

interface Open {
  ctx: CallContext<never>;
  peer: ModulePeer<never>;
  socket: ModuleSocket;
  /** What this peer still has to be told, one after another. */
  work: Promise<unknown>;
}

export interface PeersOptions {
  sockets: Record<string, ModuleSocket>;
  contexts: Contexts;
  host: HostApi;
  /** Holds what is sent against its schema. */
  checkOutput: boolean;
  /** Runs a step of the module; what it throws becomes a failed Result and a line of the log. */
  attempt: (where: string, step: () => unknown) => Promise<Result<void>>;
}

/** The open connections of the module's socket handlers. Messages of one peer are handled one after another. */
export class Peers {
  readonly #options: PeersOptions;
  readonly #open = new Map<string, Open>();

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  async connect(run: Run, handler: string, call: RemoteCall, input: unknown): Promise<Result<void>> {
    const { sockets, contexts } = this.#options;
    const socket = Object.hasOwn(sockets, handler) ? sockets[handler] : undefined;
    if (!socket || this.#open.has(run.id)) return fail(NotFound);
    const parsed = socket.spec.input ? validate(socket.spec.input, input) : ok({});
    if (!parsed.ok) return parsed;
    const open: Open = {
      ctx: contexts.of(run, call),
      peer: this.#peer(run.id, handler, socket),
      socket,
      work: Promise.resolve(),
    };
    this.#open.set(run.id, open);
    const connected = await this.#then(open, `${handler}.onConnect`, () =>
      socket.handlers.onConnect?.(open.ctx, open.peer, parsed.data as never),
    );
    if (!connected.ok) this.#open.delete(run.id);
    return connected;
  }

  async message(peerId: string, message: unknown): Promise<Result<void>> {
    const open = this.#open.get(peerId);
    if (!open) return fail(NotFound);
    const { spec, handlers } = open.socket;
    const parsed = validate(spec.receive, message);
    if (!parsed.ok) return parsed;
    return this.#then(open, 'onMessage', () => handlers.onMessage(open.ctx, open.peer, parsed.data as never));
  }

  async disconnect(peerId: string): Promise<void> {
    const open = this.#open.get(peerId);
    if (!open) return;
    this.#open.delete(peerId);
    await this.#then(open, 'onDisconnect', () => open.socket.handlers.onDisconnect?.(open.ctx, open.peer));
  }

  #peer(id: string, handler: string, { spec }: ModuleSocket): ModulePeer<never> {
    const { host, checkOutput } = this.#options;
    return {
      id,
      send(message) {
        if (checkOutput) checkValue(`A message of ${handler}`, spec.send, message);
        host.sockets.send(id, message);
      },
      join: (room) => host.sockets.join(id, room),
      leave: (room) => host.sockets.leave(id, room),
      close: (code, reason) => host.sockets.close(id, code, reason),
    };
  }

  #then(open: Open, where: string, step: () => unknown): Promise<Result<void>> {
    const done = open.work.then(() => this.#options.attempt(where, step));
    open.work = done;
    return done;
  }
}
