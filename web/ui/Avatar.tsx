import './avatar.css';
import { createMemo, Show } from 'solid-js';

const TONES = 10;

/** The same person has the same colour everywhere: a small hash of the id picks one of the tones. */
export function toneOf(id: string): number {
  let hash = 7;
  for (let index = 0; index < id.length; index++) hash = (hash * 31 + id.charCodeAt(index)) >>> 0;
  return hash % TONES;
}

/** First letters of the first and the last word; of one word its first two. Whole code points, also of emoji. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const [first = '', second = ''] = [...(words[0] ?? '')];
  const last = words.length > 1 ? [...(words.at(-1) ?? '')][0] : second;
  return `${first}${last ?? ''}`.toLocaleUpperCase();
}

/** Decorative: the name always stands beside it, or is given by whatever it labels. */
export function Avatar(props: {
  id: string;
  name: string;
  size?: 'xs' | 'sm' | 'md' | 'lg';
  presence?: 'online' | 'offline';
}) {
  const initials = createMemo(() => initialsOf(props.name));
  return (
    <span class={`avatar avatar--${props.size ?? 'md'} avatar--tone-${toneOf(props.id)}`} aria-hidden="true">
      {initials()}
      <Show when={props.presence}>
        {(presence) => <span class={`avatar-presence avatar-presence--${presence()}`} />}
      </Show>
    </span>
  );
}
