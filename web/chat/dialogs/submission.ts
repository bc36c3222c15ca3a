import type { HearthError, Result } from '@shared/kernel/result.ts';
import { createSignal, onCleanup } from 'solid-js';

/** One call to the server behind a button: whether it is under way, and why it was refused. */
export function createSubmission() {
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<HearthError>();
  let gone = false;
  onCleanup(() => {
    gone = true;
  });

  async function submit<T>(call: () => Promise<Result<T>>, done: (data: T) => void): Promise<void> {
    if (busy()) return;
    setBusy(true);
    setError(undefined);
    const result = await call();
    if (gone) return;
    setBusy(false);
    if (result.ok) done(result.data);
    else setError(result.error);
  }

  return { busy, error, submit };
}
