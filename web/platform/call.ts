import type { HearthError, Result } from '@shared/kernel/result.ts';
import { createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js';
import { useHearth } from './hearth.tsx';

/**
 * What a page loads and shows: `data` keeps the last good answer while it is asked for again, `error` stands until the
 * next answer. Asked again by `reload`, when `source` changes, and by itself when the connection is back after a
 * failure. Answers that were overtaken by a newer question are dropped.
 */
export function createCall<S, T>(source: () => S, call: (source: S) => Promise<Result<T>>) {
  const hearth = useHearth();
  const [data, setData] = createSignal<T>();
  const [error, setError] = createSignal<HearthError>();
  const [busy, setBusy] = createSignal(false);
  let question = 0;
  const ask = async (from: S) => {
    const mine = ++question;
    setBusy(true);
    const result = await call(from);
    if (mine !== question) return;
    setBusy(false);
    if (result.ok) setData(() => result.data);
    setError(result.ok ? undefined : result.error);
  };
  createEffect(
    // Compared: what a source reads may be new without being another.
    on(createMemo(source), (from, previous) => {
      if (previous !== undefined) setData(undefined);
      void ask(from);
    }),
  );
  const reload = () => void ask(source());
  onCleanup(
    hearth.events.onOnline(() => {
      if (error()?.retryable) reload();
    }),
  );
  onCleanup(() => question++);
  return { data, setData, error, busy, reload };
}
