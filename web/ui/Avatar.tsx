import './avatar.css';
import { createMemo, Show } from 'solid-js';
import { initialsOf, toneOf } from './initials.ts';

/** Decorative: the name always stands beside it, or is given by whatever it labels. */
export function Avatar(props: {
  id: string;
  name: string;
  size?: 'xs' | 'sm' | 'md' | 'lg';
  presence?: 'online' | 'offline';
}) {
  const initials = createMemo(() => initialsOf(props.name));
  return (
    <span
      class={`avatar avatar--${props.size ?? 'md'} avatar--tone-${toneOf(props.id)}`}
      data-initials={initials()}
      aria-hidden="true"
    >
      <Show when={props.presence}>
        {(presence) => <span class={`avatar-presence avatar-presence--${presence()}`} />}
      </Show>
    </span>
  );
}
