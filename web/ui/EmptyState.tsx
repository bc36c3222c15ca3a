import './page.css';
import { type JSX, Show } from 'solid-js';

/** What stands where nothing is yet, and what to do about it. */
export function EmptyState(props: { icon?: JSX.Element; title: string; text?: string; action?: JSX.Element }) {
  return (
    <div class="empty-state">
      <Show when={props.icon}>
        <div class="empty-state-icon" aria-hidden="true">
          {props.icon}
        </div>
      </Show>
      <p class="empty-state-title">{props.title}</p>
      <Show when={props.text}>
        <p class="empty-state-text">{props.text}</p>
      </Show>
      <Show when={props.action}>
        <div class="empty-state-action">{props.action}</div>
      </Show>
    </div>
  );
}
