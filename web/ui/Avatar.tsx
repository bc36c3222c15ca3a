import './avatar.css';
import { createMemo, type ParentProps, Show } from 'solid-js';
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

/** In the place of a face, for what is none: an icon on the same ground. */
export function IconAvatar(props: ParentProps<{ id: string; size?: 'xs' | 'sm' | 'md' | 'lg' }>) {
  return (
    <span
      class={`avatar avatar--icon avatar--${props.size ?? 'md'} avatar--tone-${toneOf(props.id)}`}
      aria-hidden="true"
    >
      {props.children}
    </span>
  );
}
