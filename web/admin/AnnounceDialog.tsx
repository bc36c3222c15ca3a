import type { Result } from '@shared/kernel/result.ts';
import { Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useHearth } from '../platform/hearth.tsx';
import { Button } from '../ui/Button.tsx';
import Dialog from '../ui/Dialog.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Field } from '../ui/Field.tsx';
import { createForm } from '../ui/form.ts';
import { useToasts } from '../ui/Toasts.tsx';

const longest = 2000;

/** A refused text is refused at its field. */
const atField = <T,>(result: Result<T>): Result<T> => {
  if (result.ok || !result.error.issues) return result;
  const issues = result.error.issues.map((issue) => ({ ...issue, path: issue.path.replace(/^payload\./, '') }));
  return { ok: false, error: { ...result.error, issues } };
};

/** Says something to everybody, now and when they come back. */
export default function AnnounceDialog(props: { onClose: () => void }) {
  const { t } = useI18n();
  const hearth = useHearth();
  const toasts = useToasts();
  // Sent again after a lost answer it is still said once.
  const key = crypto.getRandomValues(new Uint32Array(4)).join('-');
  const form = createForm({
    values: { text: '' },
    required: ['text'],
    submit: async ({ text }) =>
      atField(await hearth.api.hub.broadcast({ event: 'announcement', payload: { text } }, { key })),
    done: (sent) => {
      toasts.show({ text: t('admin.announced', { count: sent.connections }), tone: 'ok' });
      props.onClose();
    },
  });
  const field = () => form.field('text');
  return (
    <Dialog open onClose={() => props.onClose()} title={t('admin.announce')} description={t('admin.announceText')}>
      <form class="form" {...form.form}>
        <Field label={t('admin.announcement')} error={field().error}>
          {(control) => (
            <textarea
              {...control}
              class="input"
              name="text"
              rows="4"
              required
              maxlength={longest}
              value={field().value}
              onInput={(event) => field().onValue(event.currentTarget.value)}
            />
          )}
        </Field>
        <Show when={form.error()}>{(error) => <ErrorNote error={error()} />}</Show>
        <div class="dialog-actions">
          <Button onClick={() => props.onClose()}>{t('action.cancel')}</Button>
          <Button type="submit" variant="primary" busy={form.busy()}>
            {t('admin.announceSend')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
