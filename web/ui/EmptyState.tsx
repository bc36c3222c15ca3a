import './page.css';
import { children, type JSX, Show } from 'solid-js';

/** What stands where nothing is yet, and what to do about it. */
export function EmptyState(props: { icon?: JSX.Element; title: string; text?: string; action?: JSX.Element }) {
  const icon = children(() => props.icon);
  const action = children(() => props.action);
  return (
    <div class="empty-state">
      <Show when={icon()}>
        <div class="empty-state-icon" aria-hidden="true">
          {icon()}
        </div>
      </Show>
      <p class="empty-state-title">{props.title}</p>
      <Show when={props.text}>
        <p class="empty-state-text">{props.text}</p>
      </Show>
      <Show when={action()}>
        <div class="empty-state-action">{action()}</div>
      </Show>
    </div>
  );
}
