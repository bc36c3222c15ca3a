import './page.css';
import { ErrorBoundary, type ParentProps } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from './Button.tsx';

function Broken(props: { error: unknown; retry: () => void }) {
  const { t } = useI18n();
  reportError(props.error);
  return (
    <div class="pane-broken" role="alert">
      <p class="empty-state-title">{t('pane.failed')}</p>
      <p class="empty-state-text">{t('pane.failedHint')}</p>
      <Button onClick={() => props.retry()}>{t('action.retry')}</Button>
    </div>
  );
}

/** Keeps a bug in one pane from taking the others down. */
export function PaneBoundary(props: ParentProps) {
  return (
    <ErrorBoundary fallback={(error, reset) => <Broken error={error} retry={reset} />}>{props.children}</ErrorBoundary>
  );
}
