import type { Hearth } from '@shared/client/types.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import type { ModuleId } from '@shared/modules/schema.ts';
import { createSignal, onCleanup } from 'solid-js';
import { appended, type Lines, merged, MOST } from './log-lines.ts';

/** Follows the log of a module while the owner lives. */
export function watchLog(hearth: Hearth, id: ModuleId) {
  const [lines, setLines] = createSignal<Lines>();
  const [error, setError] = createSignal<HearthError>();
  const end = new AbortController();
  let early: Lines = [];

  async function load(): Promise<void> {
    const result = await hearth.api.modules.log({ id, limit: MOST }, { signal: end.signal });
    if (end.signal.aborted) return;
    setError(result.ok ? undefined : result.error);
    if (result.ok) setLines((known) => merged(result.data, known ?? early));
  }

  async function follow(): Promise<void> {
    const stream = hearth.sse.modules.watchLog({ id }, { signal: end.signal });
    for (let next = await stream.next(); ; next = await stream.next()) {
      if (next.done) {
        if (!next.value.ok && !end.signal.aborted) setError(next.value.error);
        return;
      }
      const line = next.value.data;
      if (lines()) setLines((known) => appended(known ?? [], line));
      else early = appended(early, line);
    }
  }

  void follow();
  void load();
  // What was written while there was no connection.
  onCleanup(hearth.events.onOnline(() => void load()));
  onCleanup(() => end.abort());
  return { lines, error, reload: () => void load() };
}
