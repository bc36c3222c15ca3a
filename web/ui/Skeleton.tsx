import './status.css';
import { Index } from 'solid-js';

/** Grey lines in the place of what is loading; `label` is read aloud. */
export function Skeleton(props: { label: string; lines?: number; kind?: 'text' | 'row' | 'block' }) {
  return (
    <div class={`skeleton skeleton--${props.kind ?? 'text'}`} role="status">
      <span class="visually-hidden">{props.label}</span>
      <Index each={Array.from({ length: props.lines ?? 3 })}>
        {() => <span class="skeleton-line" aria-hidden="true" />}
      </Index>
    </div>
  );
}
