import './button.css';
import { type JSX, mergeProps, splitProps } from 'solid-js';

export interface IconButtonProps extends JSX.ButtonHTMLAttributes<HTMLButtonElement> {
  /** Read aloud, and shown while the pointer rests on it. */
  label: string;
  size?: 'sm' | 'md';
}

/** A button that shows an icon alone. */
export function IconButton(props: IconButtonProps) {
  const [own, rest] = splitProps(props, ['label', 'size', 'class']);
  const button = mergeProps({ type: 'button' as const }, rest);
  return (
    <button
      {...button}
      class={`icon-button${own.size === 'sm' ? ' icon-button--sm' : ''}${own.class ? ` ${own.class}` : ''}`}
      aria-label={own.label}
      title={own.label}
    />
  );
}
