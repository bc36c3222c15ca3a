import type { Hearth, StreamOptions } from '@shared/client/types.ts';
import type { HearthError, Result } from '@shared/kernel/result.ts';
import type { TileReading } from '@shared/modules/schema.ts';
import { createSignal, onCleanup } from 'solid-js';
import { readingOf } from './reading.ts';

type AnyStream = (
  input: Record<string, never>,
  options: StreamOptions,
) => AsyncIterableIterator<{ event: string; data: unknown }, Result<unknown>>;

/** Follows the readings of a module's stream while the owner lives. */
export function watchReadings(hearth: Hearth, module: string, stream: string) {
  const [reading, setReading] = createSignal<TileReading>();
  const [error, setError] = createSignal<HearthError>();
  const end = new AbortController();
  // The compiler knows built-in modules alone; the client makes any stream by its name.
  const streams = hearth.sse as unknown as Record<string, Record<string, AnyStream>>;

  async function follow(): Promise<void> {
    const events = streams[module]?.[stream]?.({}, { signal: end.signal });
    if (!events) return;
    for (let next = await events.next(); ; next = await events.next()) {
      if (end.signal.aborted) return;
      if (next.done) {
        if (!next.value.ok) setError(next.value.error);
        return;
      }
      const { event, data } = next.value;
      const read = event === 'reading' ? readingOf(data) : undefined;
      if (read) setReading(read);
    }
  }

  void follow();
  onCleanup(() => end.abort());
  return { reading, error };
}
