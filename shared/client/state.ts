import { report } from './report.ts';
import type { Observable } from './types.ts';

/** An observable whose owner may change it. */
export interface Writable<T> extends Observable<T> {
  set(value: T): void;
}

/** A change made by a listener is told after the one that it listens to, so that all see the same order. */
export function createObservable<T>(initial: T): Writable<T> {
  const listeners = new Set<(value: T, previous: T) => void>();
  const changes: [value: T, previous: T][] = [];
  let current = initial;
  let telling = false;

  const tell = () => {
    if (telling) return;
    telling = true;
    for (let change = changes.shift(); change; change = changes.shift()) {
      for (const listener of [...listeners]) {
        try {
          if (listeners.has(listener)) listener(...change);
        } catch (error) {
          report(error);
        }
      }
    }
    telling = false;
  };

  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return;
      changes.push([value, current]);
      current = value;
      tell();
    },
    subscribe(listener) {
      // Wrapped, so that the same function subscribed twice is two subscriptions.
      const own = (value: T, previous: T) => listener(value, previous);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}
