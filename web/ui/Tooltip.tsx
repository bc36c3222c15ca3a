import './overlay.css';
import * as Kobalte from '@kobalte/core/tooltip';
import type { ParentProps } from 'solid-js';

/** Explains what it surrounds, on hover and on keyboard focus. Never the only place where something is said. */
export function Tooltip(props: ParentProps<{ text: string; placement?: 'top' | 'bottom' | 'left' | 'right' }>) {
  return (
    <Kobalte.Root openDelay={400} placement={props.placement ?? 'top'} gutter={6}>
      <Kobalte.Trigger as="span" class="tooltip-trigger">
        {props.children}
      </Kobalte.Trigger>
      <Kobalte.Portal>
        <Kobalte.Content class="tooltip">{props.text}</Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte.Root>
  );
}
