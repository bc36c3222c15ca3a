import './status.css';

/** Turns while something is under way. Silent: the text beside it, or `aria-busy`, tells what. */
export function Spinner(props: { size?: 'sm' | 'lg' }) {
  return <span class={`spinner${props.size === 'lg' ? ' spinner--lg' : ''}`} aria-hidden="true" />;
}
