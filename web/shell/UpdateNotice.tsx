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
    <div role="status">
      <Show when={outdated()}>
        <div class="banner banner--info">
          <Sparkles aria-hidden="true" />
          <span>{t('update.text')}</span>
          <button type="button" class="banner-action" onClick={() => location.reload()}>
            {t('update.reload')}
          </button>
        </div>
      </Show>
    </div>
  );
}
