/**
 * An object of objects whose members are made when first asked for: `root.chat.postMessage` is `make('chat',
 * 'postMessage')`. The caller states the type, which comes from the contracts; none of them exists at run time.
 */
export function byModule<T extends object>(make: (module: string, name: string) => unknown): T {
  const lazily = (member: (name: string) => unknown): object => {
    const made = new Map<string, unknown>();
    return new Proxy(Object.freeze({}), {
      get(_, name) {
        // `then`: awaiting a proxy must not look like a promise.
        if (typeof name !== 'string' || name === 'then') return undefined;
        if (!made.has(name)) made.set(name, member(name));
        return made.get(name);
      },
    });
  };
  return lazily((module) => lazily((name) => make(module, name))) as T;
}
