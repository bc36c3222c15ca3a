import type { ServerFrame } from '../hub/frames.ts';
import { report } from './report.ts';
import type { Events } from './types.ts';

/** The bus with the ends that feed it. */
export interface Bus extends Events {
  emit(frame: ServerFrame): void;
  reset(channel: string): void;
  online(recovered: boolean): void;
  /** Drops all listeners. */
  dispose(): void;
}

interface Topic<A extends unknown[]> {
  on(listener: (...args: A) => void): () => void;
  emit(...args: A): void;
  clear(): void;
}

function topic<A extends unknown[]>(): Topic<A> {
  const listeners = new Set<(...args: A) => void>();
  return {
    on(listener) {
      const own = (...args: A) => listener(...args);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    emit(...args) {
      for (const listener of [...listeners]) {
        try {
          if (listeners.has(listener)) listener(...args);
        } catch (error) {
          report(error);
        }
      }
    },
    clear: () => listeners.clear(),
  };
}

export function createBus(): Bus {
  const named = new Map<string, Topic<[payload: never, frame: never]>>();
  const any = topic<[frame: ServerFrame]>();
  const reset = topic<[channel: string]>();
  const online = topic<[recovered: boolean]>();
  return {
    on(event, listener) {
      const existing = named.get(event);
      const target = existing ?? topic<[payload: never, frame: never]>();
      if (!existing) named.set(event, target);
      return target.on(listener);
    },
    onAny: any.on,
    onReset: reset.on,
    onOnline: online.on,
    emit(frame) {
      // The contract of events says that a frame of this name carries this payload; listeners state no more than that.
      named.get(frame.event)?.emit(frame.payload as never, frame as never);
      any.emit(frame);
    },
    reset: reset.emit,
    online: online.emit,
    dispose() {
      for (const each of [...named.values(), any, reset, online]) each.clear();
      named.clear();
    },
  };
}
