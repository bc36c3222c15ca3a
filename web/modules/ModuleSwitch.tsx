import type { ModuleInfo } from '@shared/modules/schema.ts';
import { createSignal, lazy, Show, Suspense } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { Switch } from '../ui/Toggle.tsx';
import { useSwitching } from './switching.ts';

const PermissionsDialog = lazy(() => import('./PermissionsDialog.tsx'));

/** On or off, for admins. On asks for the permissions first. */
export function ModuleSwitch(props: { module: ModuleInfo }) {
  const { t } = useI18n();
  const { enable, disable } = useSwitching();
  const [asking, setAsking] = createSignal<ModuleInfo>();
  const [busy, setBusy] = createSignal(false);
  const turn = async (isOn: boolean) => {
    if (isOn) return setAsking(props.module);
    setBusy(true);
    await disable(props.module);
    return setBusy(false);
  };
  return (
    <>
      <Switch
        label={t('modules.switch', { title: props.module.title })}
        hideLabel
        checked={props.module.enabled}
        disabled={busy()}
        onChecked={(isOn) => void turn(isOn)}
      />
      <Show when={asking()}>
        {(module) => (
          <Suspense>
            <PermissionsDialog
              module={module()}
              onGrant={(grant) => enable(module(), grant)}
              onClose={() => setAsking(undefined)}
            />
          </Suspense>
        )}
      </Show>
    </>
  );
}
