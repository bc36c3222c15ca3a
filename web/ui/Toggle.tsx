import './field.css';
import { createUniqueId, Show } from 'solid-js';

export interface ToggleProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChecked: (checked: boolean) => void;
  disabled?: boolean;
  name?: string;
}

function Toggle(props: ToggleProps & { kind: 'checkbox' | 'switch' }) {
  const id = createUniqueId();
  return (
    <div class="toggle">
      <input
        class={`toggle-control toggle-control--${props.kind}`}
        id={id}
        type="checkbox"
        role={props.kind === 'switch' ? 'switch' : undefined}
        name={props.name}
        checked={props.checked}
        disabled={props.disabled}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onChange={(event) => props.onChecked(event.currentTarget.checked)}
      />
      <div>
        <label class="toggle-label" for={id}>
          {props.label}
        </label>
        <Show when={props.hint}>
          <p class="field-hint" id={`${id}-hint`}>
            {props.hint}
          </p>
        </Show>
      </div>
    </div>
  );
}

export const Checkbox = (props: ToggleProps) => <Toggle {...props} kind="checkbox" />;

/** On or off, at once: for settings that need no saving. */
export const Switch = (props: ToggleProps) => <Toggle {...props} kind="switch" />;
