import Eye from 'lucide-solid/icons/eye';
import EyeOff from 'lucide-solid/icons/eye-off';
import { createSignal, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { Field } from '../ui/Field.tsx';
import { IconButton } from '../ui/IconButton.tsx';

export interface PasswordFieldProps {
  label: string;
  name: string;
  value: string;
  onValue: (value: string) => void;
  /** Tells password managers whether to fill in or to suggest. */
  autocomplete: 'current-password' | 'new-password';
  hint?: string;
  error?: string;
  required?: boolean;
}

export function PasswordField(props: PasswordFieldProps) {
  const { t } = useI18n();
  const [visible, setVisible] = createSignal(false);
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {(control) => (
        <div class="password">
          <input
            id={control.id}
            aria-describedby={control['aria-describedby']}
            aria-invalid={control['aria-invalid']}
            class="input password-input"
            type={visible() ? 'text' : 'password'}
            name={props.name}
            autocomplete={props.autocomplete}
            autocapitalize="off"
            spellcheck={false}
            required={props.required}
            maxlength={200}
            value={props.value}
            onInput={(event) => props.onValue(event.currentTarget.value)}
          />
          <IconButton
            class="password-toggle"
            size="sm"
            label={visible() ? t('account.hidePassword') : t('account.showPassword')}
            onClick={() => setVisible(!visible())}
          >
            <Show when={visible()} fallback={<Eye aria-hidden="true" />}>
              <EyeOff aria-hidden="true" />
            </Show>
          </IconButton>
        </div>
      )}
    </Field>
  );
}
