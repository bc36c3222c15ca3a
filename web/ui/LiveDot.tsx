import './status.css';

/** A dot with its meaning in words; breathes while something is live. */
export function LiveDot(props: { state: 'live' | 'waiting' | 'off'; label: string; hideLabel?: boolean }) {
  return (
    <span class={`live-dot live-dot--${props.state}`}>
      <span class="live-dot-mark" aria-hidden="true" />
      <span classList={{ 'visually-hidden': props.hideLabel }}>{props.label}</span>
    </span>
  );
}
