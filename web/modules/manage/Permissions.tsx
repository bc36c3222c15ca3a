import type { ModuleInfo } from '@shared/modules/schema.ts';
import Ban from 'lucide-solid/icons/ban';
import Check from 'lucide-solid/icons/check';
import { createSignal, For, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Button } from '../../ui/Button.tsx';
import { AskPermissions } from '../AskPermissions.tsx';
import { scopeText } from '../scopes.ts';

/** What the module asks for, and which of it it has. */
export function Permissions(props: { module: ModuleInfo }) {
  const { t } = useI18n();
  const [asking, setAsking] = createSignal<ModuleInfo>();
  const asked = () => props.module.admin?.permissions ?? [];
  return (
    <section class="module-section" aria-labelledby="module-permissions">
      <div class="module-section-head">
        <h2 id="module-permissions">{t('modules.permissions')}</h2>
        <Show when={props.module.enabled && asked().length > 0}>
          <Button size="sm" onClick={() => setAsking(props.module)}>
            {t('modules.permissionsChange')}
          </Button>
        </Show>
      </div>
      <div class="card card--raised module-panel">
        <Show when={asked().length > 0} fallback={<p class="module-hint">{t('modules.permissionsNone')}</p>}>
          <p class="module-hint">{t('modules.permissionsText')}</p>
          <ul role="list" class="permissions">
            <For each={asked()}>
              {({ scope, granted }) => (
                <li class="permission" classList={{ 'permission--withheld': !granted }}>
                  <Show when={granted} fallback={<Ban aria-hidden="true" />}>
                    <Check aria-hidden="true" />
                  </Show>
                  <span class="permission-text">
                    <Show when={scopeText(scope, t) !== scope}>{scopeText(scope, t)} </Show>
                    <code>{scope}</code>
                  </span>
                  <span class="permission-state">{t(granted ? 'modules.granted' : 'modules.withheld')}</span>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </div>
      <AskPermissions module={asking()} onClose={() => setAsking(undefined)} />
    </section>
  );
}
