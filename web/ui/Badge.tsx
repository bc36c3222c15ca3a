import './status.css';
import type { ParentProps } from 'solid-js';

export type Tone = 'neutral' | 'accent' | 'ok' | 'warn' | 'danger' | 'info';

export function Badge(props: ParentProps<{ tone?: Tone }>) {
  return <span class={`badge badge--${props.tone ?? 'neutral'}`}>{props.children}</span>;
}

/** A round count, for what is unread. Above 99 it says 99+. Give the meaning in `label`. */
export function CountBadge(props: { count: number; label: string; tone?: 'accent' | 'neutral' }) {
  return (
    <span class={`count-badge count-badge--${props.tone ?? 'accent'}`}>
      <span aria-hidden="true">{props.count > 99 ? '99+' : props.count}</span>
      <span class="visually-hidden">{props.label}</span>
    </span>
  );
}
