import './button.css';
import { A, type AnchorProps } from '@solidjs/router';
import { type JSX, mergeProps, Show, splitProps } from 'solid-js';
import { Spinner } from './Spinner.tsx';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger';

interface Looks {
  variant?: ButtonVariant;
  size?: 'sm' | 'md';
  icon?: JSX.Element;
}

export interface ButtonProps extends JSX.ButtonHTMLAttributes<HTMLButtonElement>, Looks {
  /** Shows a spinner and takes no clicks; keeps the focus, unlike `disabled`. */
  busy?: boolean;
}

const classOf = (looks: Looks, own?: string) =>
  `button button--${looks.variant ?? 'secondary'}${looks.size === 'sm' ? ' button--sm' : ''}${own ? ` ${own}` : ''}`;

export function Button(props: ButtonProps) {
  const [own, rest] = splitProps(props, ['variant', 'size', 'icon', 'busy', 'class', 'children', 'onClick']);
  const button = mergeProps({ type: 'button' as const }, rest);
  return (
    <button
      {...button}
      class={classOf(own, own.class)}
      aria-disabled={own.busy || undefined}
      aria-busy={own.busy || undefined}
      onClick={(event) => {
        if (own.busy) event.preventDefault();
        else if (typeof own.onClick === 'function') own.onClick(event);
        else own.onClick?.[0](own.onClick[1], event);
      }}
    >
      <Show when={own.busy} fallback={own.icon}>
        <Spinner />
      </Show>
      {own.children}
    </button>
  );
}

/** A link that looks like a button: for going somewhere. */
export function ButtonLink(props: AnchorProps & Looks) {
  const [own, rest] = splitProps(props, ['variant', 'size', 'icon', 'class', 'children']);
  return (
    <A {...rest} class={classOf(own, own.class)}>
      {own.icon}
      {own.children}
    </A>
  );
}
