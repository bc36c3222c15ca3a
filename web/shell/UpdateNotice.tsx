import './shell.css';
import Sparkles from 'lucide-solid/icons/sparkles';
import { Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useConnection } from '../platform/hearth.tsx';

/** After an upgrade of the server: what this tab runs is older. Texts and outbox outlive the reload. */
export function UpdateNotice() {
  const { t } = useI18n();
  const connection = useConnection();
  const outdated = () => {
    const build = connection().serverBuild;
    return build !== undefined && build !== __BUILD__ && __BUILD__ !== 'dev';
  };
  return (
    <section aria-label={t('update.label')} aria-live="polite">
      <Show when={outdated()}>
        <div class="banner banner--info">
          <Sparkles aria-hidden="true" />
          <p class="banner-text">{t('update.text')}</p>
          <button type="button" class="banner-action" onClick={() => location.reload()}>
            {t('update.reload')}
          </button>
        </div>
      </Show>
    </section>
  );
}
