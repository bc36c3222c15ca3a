import './field.css';
import { createUniqueId, Show } from 'solid-js';

export interface ToggleProps {
  label: string;
  /** Read aloud only: what stands beside it says it to the eye. */
  hideLabel?: boolean;
  hint?: string | undefined;
  error?: string | undefined;
  checked: boolean;
  onChecked: (checked: boolean) => void;
  disabled?: boolean;
  name?: string;
}

function Toggle(props: ToggleProps & { kind: 'checkbox' | 'switch' }) {
  const id = createUniqueId();
  const describedBy = () =>
    [props.error && `${id}-error`, props.hint && `${id}-hint`].filter(Boolean).join(' ') || undefined;
  return (
    <div class="toggle" classList={{ 'toggle--bare': props.hideLabel }}>
      <input
        class={`toggle-control toggle-control--${props.kind}`}
        id={id}
        type="checkbox"
        role={props.kind === 'switch' ? 'switch' : undefined}
        name={props.name}
        checked={props.checked}
        disabled={props.disabled}
        aria-invalid={props.error ? 'true' : undefined}
        aria-describedby={describedBy()}
        onChange={(event) => {
          props.onChecked(event.currentTarget.checked);
          // It shows what is so, not what was asked for: an owner that has to ask first, or is refused, changes nothing.
          event.currentTarget.checked = props.checked;
        }}
      />
      <div>
        <label class={props.hideLabel ? 'visually-hidden' : 'toggle-label'} for={id}>
          {props.label}
        </label>
        <Show when={props.error}>
          <p class="field-error" id={`${id}-error`}>
            {props.error}
          </p>
        </Show>
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
