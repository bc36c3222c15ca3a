import type { ModuleInfo } from '@shared/modules/schema.ts';
import { createSignal } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { Switch } from '../ui/Toggle.tsx';
import { AskPermissions } from './AskPermissions.tsx';
import { useSwitching } from './switching.ts';

/** On or off, for admins. On asks for the permissions first. */
export function ModuleSwitch(props: { module: ModuleInfo }) {
  const { t } = useI18n();
  const { disable } = useSwitching();
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
      <AskPermissions module={asking()} onClose={() => setAsking(undefined)} />
    </>
  );
}
