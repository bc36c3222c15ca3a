import { onCleanup } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useHearth } from '../platform/hearth.tsx';
import { useToasts } from '../ui/Toasts.tsx';

/** Shows what an admin says to everybody, until it is closed. */
export function Announcements() {
  const { t } = useI18n();
  const toasts = useToasts();
  const stop = useHearth().events.on('announcement', ({ text }) =>
    toasts.show({ text: t('announcement.text', { text }), stays: true }),
  );
  onCleanup(stop);
  return null;
}
