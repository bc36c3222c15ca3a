/** Tells streams that something changed: in memory, within one instance of the module. A key may name what changed. */
export interface Changes {
  /** Wakes all who follow the key. */
  tell(key?: string): void;
  /** How many follow the key now. */
  following(key?: string): number;
  /**
   * Yields at once and again after changes; what changes while the last one is dealt with counts as one. Ends with the
   * signal: `for await (const _ of changes.follow(ctx.signal)) yield …`.
   */
  follow(signal: AbortSignal, key?: string): AsyncGenerator<void, void, void>;
}

/** One for whatever a module's streams show, beside its definition: functions tell it, streams follow it. */
export function createChanges(): Changes {
  const followers = new Map<string, Set<() => void>>();
  return {
    tell: (key = '') => followers.get(key)?.forEach((wake) => wake()),
    following: (key = '') => followers.get(key)?.size ?? 0,
    async *follow(signal, key = '') {
      let changed = Promise.withResolvers<void>();
      const wake = (): void => changed.resolve();
      const others = followers.get(key) ?? new Set();
      followers.set(key, others.add(wake));
      signal.addEventListener('abort', wake);
      try {
        while (!signal.aborted) {
          yield;
          await changed.promise;
          changed = Promise.withResolvers();
        }
      } finally {
        signal.removeEventListener('abort', wake);
        others.delete(wake);
        if (others.size === 0) followers.delete(key);
      }
    },
  };
}
