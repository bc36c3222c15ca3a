import './field.css';
import { createUniqueId, type JSX, Show } from 'solid-js';

export interface FieldProps {
  label: string;
  /** A sentence below the field. */
  hint?: string;
  /** The translated reason why the value was refused. */
  error?: string;
  optional?: string;
}

/** What the control inside a field needs to be tied to its label, hint and error. */
export interface FieldControl {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': 'true' | undefined;
}

/** Label, control, hint and error, tied together for assistive technology. */
export function Field(props: FieldProps & { children: (control: FieldControl) => JSX.Element }) {
  const id = createUniqueId();
  const describedBy = () =>
    [props.error && `${id}-error`, props.hint && `${id}-hint`].filter(Boolean).join(' ') || undefined;
  const control: FieldControl = {
    id: `${id}-control`,
    get 'aria-describedby'() {
      return describedBy();
    },
    get 'aria-invalid'() {
      return props.error ? 'true' : undefined;
    },
  };
  return (
    <div class="field">
      <label class="field-label" for={control.id}>
        {props.label}
        <Show when={props.optional}>
          <span class="field-optional"> {props.optional}</span>
        </Show>
      </label>
      {props.children(control)}
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
  );
}
