import type { ModuleInfo } from '@shared/modules/schema.ts';
import TriangleAlert from 'lucide-solid/icons/triangle-alert';
import { Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';

/** Why a module is as it is, in the words of the module or its process. */
export function Reason(props: { module: ModuleInfo }) {
  const { t } = useI18n();
  return (
    <Show when={props.module.admin?.reason}>
      {(reason) => (
        <div class="module-reason" classList={{ 'module-reason--kept': props.module.state === 'active' }}>
          <TriangleAlert aria-hidden="true" />
          <div class="module-reason-text">
            <p class="module-reason-title">
              {props.module.state === 'active' ? t('modules.kept') : t('modules.reason')}
            </p>
            <p class="module-reason-words" lang="en" tabindex="0">
              {reason()}
            </p>
          </div>
        </div>
      )}
    </Show>
  );
}
