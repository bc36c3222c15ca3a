import './overlay.css';
import * as Kobalte from '@kobalte/core/alert-dialog';
import type { HearthError } from '@shared/kernel/result.ts';
import { Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from './Button.tsx';
import { createReturnFocus } from './return-focus.ts';
import { ErrorNote } from './ErrorNote.tsx';

export interface ConfirmDialogProps {
  open: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  text: string;
  /** Names what will happen: "Revoke", not "OK". */
  confirmLabel: string;
  danger?: boolean;
  busy?: boolean;
  error?: HearthError;
}

/** Asks before something that cannot be taken back. */
export default function ConfirmDialog(props: ConfirmDialogProps) {
  const { t } = useI18n();
  const returnFocus = createReturnFocus(() => props.open);
  return (
    <Kobalte.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="dialog-overlay" />
        <div class="dialog-position">
          <Kobalte.Content class="dialog dialog--sm" onCloseAutoFocus={returnFocus}>
            <Kobalte.Title class="dialog-title">{props.title}</Kobalte.Title>
            <Kobalte.Description class="dialog-description">{props.text}</Kobalte.Description>
            <Show when={props.error}>{(error) => <ErrorNote error={error()} />}</Show>
            <div class="dialog-actions">
              <Button onClick={() => props.onClose()}>{t('action.cancel')}</Button>
              <Button variant={props.danger ? 'danger' : 'primary'} busy={props.busy} onClick={() => props.onConfirm()}>
                {props.confirmLabel}
              </Button>
            </div>
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte.Root>
  );
}
