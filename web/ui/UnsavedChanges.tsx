import { type BeforeLeaveEventArgs, useBeforeLeave } from '@solidjs/router';
import { createSignal, lazy, onCleanup, Show, Suspense } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';

const ConfirmDialog = lazy(() => import('./ConfirmDialog.tsx'));

/** Asks before somebody leaves this page while `unsaved`: for another one of the app, back, or out of it. */
export function UnsavedChanges(props: { unsaved: boolean }) {
  const { t } = useI18n();
  const [leaving, setLeaving] = createSignal<BeforeLeaveEventArgs>();
  const leave = (event: BeforeLeaveEventArgs) => {
    setLeaving();
    event.retry(true);
  };
  useBeforeLeave((event) => {
    if (!props.unsaved || event.defaultPrevented) return;
    event.preventDefault();
    setLeaving(event);
  });
  // The browser's own words, for what it does not let the page ask itself.
  const warn = (event: BeforeUnloadEvent) => {
    if (props.unsaved) event.preventDefault();
  };
  addEventListener('beforeunload', warn);
  onCleanup(() => removeEventListener('beforeunload', warn));
  return (
    <Show when={leaving()}>
      {(event) => (
        <Suspense>
          <ConfirmDialog
            open
            danger
            title={t('unsaved.title')}
            text={t('unsaved.text')}
            confirmLabel={t('unsaved.leave')}
            onConfirm={() => leave(event())}
            onClose={() => setLeaving()}
          />
        </Suspense>
      )}
    </Show>
  );
}
