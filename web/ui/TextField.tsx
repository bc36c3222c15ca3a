import './field.css';
import { type JSX, splitProps } from 'solid-js';
import { Field, type FieldProps } from './Field.tsx';

type InputProps = Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'value' | 'onInput' | 'id'>;

export interface TextFieldProps extends FieldProps, InputProps {
  value: string;
  onValue: (value: string) => void;
}

export function TextField(props: TextFieldProps) {
  const [field, own, rest] = splitProps(props, ['label', 'hint', 'error', 'optional'], ['value', 'onValue', 'class']);
  return (
    <Field {...field}>
      {(control) => (
        <input
          {...rest}
          id={control.id}
          aria-describedby={control['aria-describedby']}
          aria-invalid={control['aria-invalid']}
          class={`input${own.class ? ` ${own.class}` : ''}`}
          value={own.value}
          onInput={(event) => own.onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
