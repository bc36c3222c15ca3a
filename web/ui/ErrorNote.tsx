import './page.css';
import type { HearthError } from '@shared/kernel/result.ts';
import CircleAlert from 'lucide-solid/icons/circle-alert';
import { Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from './Button.tsx';

/** A failed Result in the reader's language, with a way to try again where that can help. */
export function ErrorNote(props: { error: HearthError; onRetry?: () => void; busy?: boolean }) {
  const { t, errorText } = useI18n();
  return (
    <div class="error-note" role="alert">
      <CircleAlert aria-hidden="true" />
      <p class="error-note-text">{errorText(props.error)}</p>
      <Show when={props.onRetry}>
        {(retry) => (
          <Button size="sm" busy={props.busy} onClick={() => retry()()}>
            {t('action.retry')}
          </Button>
        )}
      </Show>
    </div>
  );
}
