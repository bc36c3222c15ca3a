import { type Actor, systemActor } from '@shared/kernel/actor.ts';
import { type Contract, type Definition, type FnDef, scopeOf, type StreamDef } from '@shared/kernel/contract.ts';
import {
  commonErrors,
  type ErrorDef,
  fail,
  Forbidden,
  Internal,
  NotFound,
  OriginRefused,
  StorageFailed,
  Unauthenticated,
} from '@shared/kernel/errors.ts';
import type { Awaitable, Err, Result } from '@shared/kernel/result.ts';
import { moduleErrors, ScopeMissing } from '@shared/modules/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db/db.ts';
import { StorageError } from '../platform/db/writer.ts';
import type { Logger } from '../platform/log.ts';
import type { Context, Journalled, ReceivedFile, RequestInfo, Through } from './context.ts';
import { type Identity, reaches, userActor, type VerbResult } from './identity.ts';
import { type Keyed, keyedWrite } from './idempotency.ts';
import type { ServerModule } from './module.ts';
import type { StreamSource } from './sse.ts';
import { validate } from './validation.ts';

/** Who calls, and how. */
export interface Caller {
  /** Proven by a token; missing for strangers. */
  identity?: Identity;
  /** Came with a session's cookie from a page of another origin, where it does not count. */
  isForeign?: true;
  /** The machine's own administrator: the control socket and the command line. */
  system?: true;
  /** The call comes through a module: it may do what both the caller and the module's granted scopes allow. */
  through?: Through;
  request: RequestInfo;
  /** Aborts when the caller goes away; or what makes such a signal for a verb that asks for it. */
  signal: AbortSignal | (() => AbortSignal);
  lastEventId?: string;
  refreshToken?: string;
}

/** A verb's result, with the cursors of what it journalled. */
export type Outcome = VerbResult<unknown> & { journalled?: Journalled[] };

export type StreamItem = { event: string; data: unknown; id?: string };

export interface CallOptions {
  /** Idempotency key. */
  key?: string;
  /** What came with the input; the caller of this deletes what is left of it. */
  files?: readonly ReceivedFile[];
}

/** Says why a module that is not mounted does not answer; undefined where there is no such module. */
export type Refusal = (module: string) => Err | undefined;

export interface Registry {
  /** Those that are mounted now. */
  readonly modules: readonly ServerModule[];
  /** Adds a module while the server runs, or puts it in the place of the one of its name. */
  mount(module: ServerModule): void;
  /** Takes a module away: what runs goes on, what is called from now on is not found. */
  unmount(name: string): void;
  /** Asks this for the answer to what is not mounted. */
  explain(refusal: Refusal): void;
  /** The answer where `find` found nothing. */
  missing(module: string): Err;
  /** The definition of a function, stream or socket; undefined for unknown names. */
  find(module: string, name: string): Definition | undefined;
  /** Why this caller may not use what `find` found, whatever the input; undefined where they may. */
  refusal(caller: Caller, module: string, definition: Definition): Err | undefined;
  /** Checks access and input, runs the verb, answers with its Result. Never throws: a bug is logged and `server.internal`. */
  call(caller: Caller, module: string, name: string, input: unknown, options?: CallOptions): Awaitable<Outcome>;
  /** Checks access and input and starts the generator; the caller iterates it and must `return()` it. */
  stream(caller: Caller, module: string, name: string, input: unknown): Promise<Result<StreamSource>>;
  /** Checks access and input for a socket handler and answers with its context. */
  connect(caller: Caller, module: string, name: string, input: unknown): Result<{ ctx: Context; input: unknown }>;
  /** What implements a definition; undefined for unknown names. */
  verb(module: string, name: string): unknown;
  /** HTTP status of a failed result of this definition. */
  status(definition: Definition | undefined, code: string): number;
}

export interface RegistryOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  modules: readonly ServerModule[];
  /** Holds each result against its contract; a mismatch is a bug. On outside production. */
  checkOutput?: boolean;
}

/** Milliseconds between two lines about a failing disk. */
const STORAGE_LOG = 1000;

type AnyVerb = (ctx: Context, input: unknown) => Awaitable<VerbResult<unknown>>;
type AnyStream = (ctx: Context, input: unknown) => StreamSource | Promise<Result<StreamSource>>;

const stranger: Actor = { kind: 'system', id: 'anonymous' };

const actorOf = ({ system, identity, through }: Caller): Actor => {
  if (through?.acts) return { kind: 'module', id: through.module };
  return system ? systemActor : identity ? userActor(identity.userId) : stranger;
};

/** The machine's administrator, and a module that acts for itself: bounded by its scopes alone. */
const isTrustedCaller = ({ system, identity, through }: Caller): boolean =>
  system === true || (through?.acts === true && !identity);

/** Who somebody is, and which modules run, is not a module's business whatever it was granted. */
const neverGranted: ReadonlySet<string> = new Set(['auth', 'modules']);

/** Whose idempotency keys they are. What a module does for one person never answers for another. */
const keyOwner = (caller: Caller): string => {
  const { kind, id } = actorOf(caller);
  return kind === 'module' && caller.identity ? `${kind}:${id}:${caller.identity.userId}` : `${kind}:${id}`;
};

const statuses = (errors: readonly ErrorDef[]): Map<string, number> =>
  new Map(errors.map((error) => [error.code, error.status]));
const commonStatuses = statuses(commonErrors);
/** Of modules that are off or not well, and of calls beyond a module's scopes. */
const moduleStatuses = statuses(moduleErrors);

/** Made for each call: an object with fields costs least. */
class CallContext implements Context {
  readonly actor: Actor;
  readonly role: Context['role'];
  readonly identity?: Identity;
  readonly through?: Through;
  readonly request: RequestInfo;
  readonly files: readonly ReceivedFile[];
  readonly lastEventId?: string;
  readonly keyed?: Keyed;
  readonly refreshToken?: string;
  readonly write: Context['write'];
  readonly #signal: Caller['signal'];
  readonly #journalled: Journalled[];

  constructor(
    caller: Caller,
    module: string,
    write: Context['write'],
    journalled: Journalled[],
    files: readonly ReceivedFile[] = [],
    keyed?: Keyed,
  ) {
    const { identity, through, lastEventId, refreshToken } = caller;
    this.actor = actorOf(caller);
    this.role = isTrustedCaller(caller) ? 'admin' : (identity?.role ?? 'public');
    this.request = caller.request;
    this.files = files;
    this.write = write;
    this.#signal = caller.signal;
    this.#journalled = journalled;
    if (identity) this.identity = identity;
    if (through) this.through = through;
    if (lastEventId !== undefined) this.lastEventId = lastEventId;
    if (keyed) this.keyed = keyed;
    if (module === 'auth' && refreshToken !== undefined) this.refreshToken = refreshToken;
  }

  get signal(): AbortSignal {
    return typeof this.#signal === 'function' ? this.#signal() : this.#signal;
  }

  journalled(event: Journalled): void {
    this.#journalled.push(event);
  }
}

/** The one way to every function: HTTP, sockets, streams, the control socket and tests all come through here. */
export function createRegistry({ db, clock, log, modules, checkOutput = false }: RegistryOptions): Registry {
  const byName = new Map<string, ServerModule>();
  for (const module of modules) {
    if (byName.has(module.contract.name)) throw new Error(`Two modules are named ${module.contract.name}`);
    byName.set(module.contract.name, module);
  }
  let refusalOf: Refusal = () => undefined;
  const missing = (module: string): Err => (byName.has(module) ? undefined : refusalOf(module)) ?? fail(NotFound);

  const find = (module: string, name: string): Definition | undefined => {
    const contract: Contract | undefined = byName.get(module)?.contract;
    return contract && Object.hasOwn(contract.definitions, name) ? contract.definitions[name] : undefined;
  };

  const verb = (module: string, name: string): unknown =>
    (byName.get(module)?.verbs as Record<string, unknown> | undefined)?.[name];

  const admit = (caller: Caller, module: string, definition: Definition): Err | undefined => {
    if (caller.through && caller.through.module !== module) {
      const scope = scopeOf(module, definition);
      if (neverGranted.has(module) || !caller.through.scopes.has(scope)) return fail(ScopeMissing, { scope });
    }
    if (definition.access === 'public' || isTrustedCaller(caller)) return undefined;
    if (!caller.identity) return fail(caller.isForeign ? OriginRefused : Unauthenticated);
    return reaches(caller.identity.role, definition.access) ? undefined : fail(Forbidden);
  };

  const plainWrite: Context['write'] = (callback, options) => db.write(callback, options);

  const undeclared = (definition: FnDef, code: string): boolean =>
    !commonStatuses.has(code) && !moduleStatuses.has(code) && !definition.errors.some((error) => error.code === code);

  const check = (name: string, definition: FnDef, result: VerbResult<unknown>): void => {
    if (!result.ok) {
      if (undeclared(definition, result.error.code))
        throw new Error(`${name} answered with the undeclared error ${result.error.code}`);
    } else if (checkOutput && typeof definition.output !== 'string') {
      const parsed = definition.output.safeParse(result.data);
      if (!parsed.success) throw new Error(`${name} broke its contract: ${parsed.error.message}`);
    }
  };

  let toldAt = Number.NEGATIVE_INFINITY;
  /** Told once a second at most: the log may be on the disk that is full. */
  const storageFailed = (error: StorageError): Err => {
    const elapsed = clock.now() - toldAt;
    if (elapsed >= STORAGE_LOG || elapsed < 0) {
      toldAt = clock.now();
      log.error('changes could not be stored', { error });
    }
    return fail(StorageFailed);
  };

  return {
    get modules() {
      return [...byName.values()];
    },
    mount: (module) => void byName.set(module.contract.name, module),
    unmount: (name) => void byName.delete(name),
    explain(refusal) {
      refusalOf = refusal;
    },
    missing,
    find,
    verb,
    refusal: admit,

    call(caller, module, name, input, { key, files } = {}) {
      const definition = find(module, name);
      if (definition?.kind !== 'fn') return missing(module);
      const refusal = admit(caller, module, definition);
      if (refusal) return refusal;
      const parsed = validate(definition.input, input);
      if (!parsed.ok) return parsed;
      const journalled: Journalled[] = [];
      const full = `${module}.${name}`;
      const keyed: Keyed | undefined =
        key !== undefined &&
        definition.effect === 'write' &&
        !definition.unrepeatable &&
        !(definition.keyField !== undefined && parsed.data[definition.keyField] === key)
          ? { actor: keyOwner(caller), key, function: full, input: parsed.data, ...(files ? { files } : {}) }
          : undefined;
      const write = keyed ? keyedWrite(db, clock, keyed, journalled) : plainWrite;
      const failed = (error: unknown): Err => {
        if (error instanceof StorageError) return storageFailed(error);
        log.error('a function failed', { function: full, requestId: caller.request.requestId, error });
        return fail(Internal);
      };
      const finish = (result: VerbResult<unknown>): Outcome => {
        try {
          check(full, definition, result);
        } catch (error) {
          return failed(error);
        }
        return journalled.length > 0 ? { ...result, journalled } : result;
      };
      const run = verb(module, name) as AnyVerb;
      let result: Awaitable<VerbResult<unknown>>;
      try {
        result = run(new CallContext(caller, module, write, journalled, files, keyed), parsed.data);
      } catch (error) {
        return failed(error);
      }
      return result instanceof Promise ? result.then(finish, failed) : finish(result);
    },

    async stream(caller, module, name, input) {
      const definition: Definition | undefined = find(module, name);
      if (definition?.kind !== 'stream') return missing(module);
      const refusal = admit(caller, module, definition);
      if (refusal) return refusal;
      const parsed = validate((definition as StreamDef).input, input);
      if (!parsed.ok) return parsed;
      const start = verb(module, name) as AnyStream;
      const started = start(new CallContext(caller, module, plainWrite, []), parsed.data);
      return started instanceof Promise ? started : { ok: true, data: started };
    },

    connect(caller, module, name, input) {
      const definition = find(module, name);
      if (definition?.kind !== 'socket') return missing(module);
      const refusal = admit(caller, module, definition);
      if (refusal) return refusal;
      const parsed = validate(definition.input, input);
      if (!parsed.ok) return parsed;
      return { ok: true, data: { ctx: new CallContext(caller, module, plainWrite, []), input: parsed.data } };
    },

    status(definition, code) {
      return (
        definition?.errors.find((error) => error.code === code)?.status ??
        commonStatuses.get(code) ??
        moduleStatuses.get(code) ??
        Internal.status
      );
    },
  };
}
