import { Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { useChat } from '../context.tsx';
import type { PendingMessage } from '../state.ts';

/** Below a message that was refused: why, and what can be done about it. */
export function PendingNote(props: { pending: PendingMessage }) {
  const { t, errorText } = useI18n();
  const { store } = useChat();
  return (
    <Show when={props.pending.error} fallback={<span class="visually-hidden">{t('chat.sending')}</span>}>
      {(error) => (
        <p class="message-failed" role="alert">
          <span>
            {t('chat.notSent')} {errorText(error())}
          </span>
          <button type="button" class="message-action" onClick={() => store.outgoing.retry(props.pending)}>
            {t('chat.sendAgain')}
          </button>
          <button type="button" class="message-action" onClick={() => store.outgoing.discard(props.pending)}>
            {t('chat.discard')}
          </button>
        </p>
      )}
    </Show>
  );
}
