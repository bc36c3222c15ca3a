import './overlay.css';
import * as Kobalte from '@kobalte/core/dialog';
import X from 'lucide-solid/icons/x';
import { createSignal, type JSX, Show, untrack } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { createReturnFocus } from './return-focus.ts';

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
  const returnFocus = createReturnFocus(() => props.open);
  const [body, setBody] = createSignal<HTMLElement>();
  // The first field, not the close button that stands before it.
  const focusField = (event: Event) => {
    const field = body()?.querySelector<HTMLElement>('input, select, textarea');
    if (!field) return;
    event.preventDefault();
    // The library calls this in an effect: what the field's own handlers read must not make it run again.
    untrack(() => field.focus());
  };
  return (
    <Kobalte.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="dialog-overlay" />
        <div class="dialog-position">
          <Kobalte.Content
            class={`dialog dialog--${props.size ?? 'md'}`}
            onOpenAutoFocus={focusField}
            onCloseAutoFocus={returnFocus}
          >
            <div class="dialog-head">
              <Kobalte.Title class="dialog-title">{props.title}</Kobalte.Title>
              <Kobalte.CloseButton class="icon-button icon-button--sm" aria-label={t('action.close')}>
                <X aria-hidden="true" />
              </Kobalte.CloseButton>
            </div>
            <Show when={props.description}>
              <Kobalte.Description class="dialog-description">{props.description}</Kobalte.Description>
            </Show>
            <Show when={'children' in props}>
              <div class="dialog-body" ref={setBody}>
                {props.children}
              </div>
            </Show>
            <Show when={'actions' in props}>
              <div class="dialog-actions">{props.actions}</div>
            </Show>
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte.Root>
  );
}
