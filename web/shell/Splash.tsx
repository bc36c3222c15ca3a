import './shell.css';
import { useI18n } from '../i18n/i18n.tsx';
import { Mark } from './Mark.tsx';

/** Fills the page while the session is looked up. */
export function Splash() {
  const { t } = useI18n();
  return (
    <div class="splash" role="status">
      <Mark size={56} />
      <span class="visually-hidden">{t('app.loading')}</span>
    </div>
  );
}
