import './overlay.css';
import * as Kobalte from '@kobalte/core/dropdown-menu';
import Check from 'lucide-solid/icons/check';
import { For, type JSX, type ParentProps } from 'solid-js';

export interface MenuProps extends ParentProps {
  /** What the button shows. */
  trigger: JSX.Element;
  /** Read aloud for the button. */
  label: string;
  triggerClass?: string;
  placement?: 'bottom-start' | 'bottom-end' | 'top-start' | 'top-end' | 'right-end' | 'right-start';
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

/** A button that opens a menu: arrow keys, type-ahead, Escape. */
export default function Menu(props: MenuProps) {
  return (
    <Kobalte.Root
      placement={props.placement ?? 'bottom-end'}
      gutter={6}
      open={props.open}
      onOpenChange={props.onOpenChange}
      modal={false}
    >
      <Kobalte.Trigger class={props.triggerClass ?? 'icon-button'} aria-label={props.label} title={props.label}>
        {props.trigger}
      </Kobalte.Trigger>
      <Kobalte.Portal>
        <Kobalte.Content class="menu">{props.children}</Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte.Root>
  );
}

export function MenuItem(
  props: ParentProps<{ onSelect: () => void; icon?: JSX.Element; danger?: boolean; disabled?: boolean }>,
) {
  return (
    <Kobalte.Item
      class={`menu-item${props.danger ? ' menu-item--danger' : ''}`}
      disabled={props.disabled}
      onSelect={() => props.onSelect()}
    >
      <span class="menu-item-icon" aria-hidden="true">
        {props.icon}
      </span>
      {props.children}
    </Kobalte.Item>
  );
}

export const MenuSeparator = () => <Kobalte.Separator class="menu-separator" />;

/** One of several, marked with a tick. */
export function MenuChoice<V extends string>(props: {
  label: string;
  value: V;
  options: readonly { value: V; label: string }[];
  onValue: (value: V) => void;
}) {
  const choose = (value: string) => {
    const option = props.options.find((candidate) => candidate.value === value);
    if (option) props.onValue(option.value);
  };
  return (
    <Kobalte.Group>
      <Kobalte.GroupLabel class="menu-group-label">{props.label}</Kobalte.GroupLabel>
      <Kobalte.RadioGroup value={props.value} onChange={choose}>
        <For each={props.options}>
          {(option) => (
            <Kobalte.RadioItem class="menu-item" value={option.value} closeOnSelect={false}>
              <span class="menu-item-icon" aria-hidden="true">
                <Kobalte.ItemIndicator>
                  <Check />
                </Kobalte.ItemIndicator>
              </span>
              {option.label}
            </Kobalte.RadioItem>
          )}
        </For>
      </Kobalte.RadioGroup>
    </Kobalte.Group>
  );
}
