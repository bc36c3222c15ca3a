import './field.css';
import ChevronDown from 'lucide-solid/icons/chevron-down';
import { For, type JSX, splitProps } from 'solid-js';
import { Field, type FieldProps } from './Field.tsx';

type SelectAttributes = Omit<JSX.SelectHTMLAttributes<HTMLSelectElement>, 'value' | 'onChange' | 'id'>;

export interface SelectProps<V extends string> extends FieldProps, SelectAttributes {
  value: V;
  options: readonly { value: V; label: string }[];
  onValue: (value: V) => void;
}

/** The platform's own select: right on every phone, keyboard and screen reader. */
export function Select<V extends string>(props: SelectProps<V>) {
  const [field, own, rest] = splitProps(
    props,
    ['label', 'hint', 'error', 'optional'],
    ['value', 'options', 'onValue', 'class'],
  );
  const choose = (value: string) => {
    const option = own.options.find((candidate) => candidate.value === value);
    if (option) own.onValue(option.value);
  };
  return (
    <Field {...field}>
      {(control) => (
        <div class="select">
          <select
            {...rest}
            id={control.id}
            aria-describedby={control['aria-describedby']}
            aria-invalid={control['aria-invalid']}
            class="input select-control"
            onChange={(event) => choose(event.currentTarget.value)}
          >
            <For each={own.options}>
              {(option) => (
                <option value={option.value} selected={option.value === own.value}>
                  {option.label}
                </option>
              )}
            </For>
          </select>
          <ChevronDown class="select-icon" aria-hidden="true" />
        </div>
      )}
    </Field>
  );
}
