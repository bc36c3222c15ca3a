import './field.css';
import CheckIcon from 'lucide-solid/icons/check';
import Copy from 'lucide-solid/icons/copy';
import { createSignal, onCleanup, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from './Button.tsx';
import { copyText } from './clipboard.ts';
import { Field } from './Field.tsx';

/** Something to hand on: selected by a click, copied by the button. */
export function CopyField(props: { label: string; value: string; hint?: string }) {
  const { t } = useI18n();
  const [copied, setCopied] = createSignal(false);
  const [input, setInput] = createSignal<HTMLInputElement>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const copy = async () => {
    const field = input();
    if (!field) return;
    clearTimeout(timer);
    setCopied(await copyText(props.value, field));
    timer = setTimeout(() => setCopied(false), 2500);
  };
  return (
    <Field label={props.label} hint={props.hint}>
      {(control) => (
        <div class="copy-field">
          <input
            id={control.id}
            aria-describedby={control['aria-describedby']}
            class="input"
            readonly
            value={props.value}
            ref={setInput}
            onClick={(event) => event.currentTarget.select()}
          />
          <Button
            class="copy-field-button"
            icon={
              <Show when={copied()} fallback={<Copy aria-hidden="true" />}>
                <CheckIcon aria-hidden="true" />
              </Show>
            }
            onClick={() => void copy()}
          >
            {copied() ? t('action.copied') : t('action.copy')}
          </Button>
          {/* Beside the button: what is inside one is part of its name, and is not announced. */}
          <span class="visually-hidden" role="status">
            {copied() ? t('action.copied') : ''}
          </span>
        </div>
      )}
    </Field>
  );
}
