import './overlay.css';
import * as Kobalte from '@kobalte/core/dialog';
import X from 'lucide-solid/icons/x';
import { createSignal, type JSX, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  /** The buttons at the bottom. */
  actions?: JSX.Element;
  size?: 'sm' | 'md' | 'lg';
  children?: JSX.Element;
}

/** A modal dialog: focus is kept inside and goes back where it came from; Escape and the backdrop close it. */
export default function Dialog(props: DialogProps) {
  const { t } = useI18n();
  const [body, setBody] = createSignal<HTMLElement>();
  // The first field, not the close button that stands before it.
  const focusField = (event: Event) => {
    const field = body()?.querySelector<HTMLElement>('input, select, textarea');
    if (!field) return;
    event.preventDefault();
    field.focus();
  };
  return (
    <Kobalte.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="dialog-overlay" />
        <div class="dialog-position">
          <Kobalte.Content class={`dialog dialog--${props.size ?? 'md'}`} onOpenAutoFocus={focusField}>
            <div class="dialog-head">
              <Kobalte.Title class="dialog-title">{props.title}</Kobalte.Title>
              <Kobalte.CloseButton class="icon-button icon-button--sm" aria-label={t('action.close')}>
                <X aria-hidden="true" />
              </Kobalte.CloseButton>
            </div>
            <Show when={props.description}>
              <Kobalte.Description class="dialog-description">{props.description}</Kobalte.Description>
            </Show>
            <Show when={props.children}>
              <div class="dialog-body" ref={setBody}>
                {props.children}
              </div>
            </Show>
            <Show when={props.actions}>
              <div class="dialog-actions">{props.actions}</div>
            </Show>
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte.Root>
  );
}
