import type { Result } from '@shared/kernel/result.ts';
import type { HostApi } from '../instance.ts';
import type { CallOptions, HearthHandle } from '../sdk/context.ts';

type Call = (input: unknown, options?: CallOptions) => Promise<Result<unknown>>;

/** `ctx.hearth`: `hearth.chat.postMessage(…)` calls by name. `within` names the call for whose caller it acts. */
export function hearthHandle(host: HostApi, within?: string): HearthHandle {
  const call = (module: string, name: string, input: unknown = {}, options: CallOptions = {}) =>
    host.call({ within, module, function: name, input, key: options.key });
  const functionsOf = (module: string): Record<string, Call> =>
    new Proxy(
      {},
      {
        get: (_, name) =>
          typeof name === 'string' && name !== 'then'
            ? (input: unknown, options?: CallOptions) => call(module, name, input, options)
            : undefined,
      },
    );
  const own = { call, publish: host.publish.bind(host) };
  return new Proxy(own, {
    get: (target, name) =>
      typeof name !== 'string' || name === 'then'
        ? undefined
        : Object.hasOwn(target, name)
          ? target[name as keyof typeof target]
          : functionsOf(name),
  }) as unknown as HearthHandle;
}
