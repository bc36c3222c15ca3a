import { type Accessor, createSignal, onCleanup } from 'solid-js';

/** The current time as a signal that moves every `interval` ms while the owner lives. */
export function createClock(interval: number): Accessor<number> {
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), interval);
  onCleanup(() => clearInterval(timer));
  return now;
}
