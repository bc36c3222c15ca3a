import type { HearthError } from '@shared/kernel/result.ts';
import type { ModuleInfo, Scope } from '@shared/modules/schema.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useHearth } from '../platform/hearth.tsx';
import { useToasts } from '../ui/Toasts.tsx';
import { useModules } from './use-modules.ts';

/** Switches modules on and off; what was switched off can be taken back. */
export function useSwitching() {
  const { t, errorText } = useI18n();
  const hearth = useHearth();
  const toasts = useToasts();
  const list = useModules();

  async function enable({ id, title, enabled }: ModuleInfo, grant: Scope[]): Promise<HearthError | undefined> {
    const result = await hearth.api.modules.enable({ id, grant });
    if (!result.ok) return result.error;
    list.put(result.data);
    toasts.show({ text: enabled ? t('modules.permissionsSaved') : t('modules.enabled', { title }), tone: 'ok' });
    return undefined;
  }

  async function disable(module: ModuleInfo): Promise<void> {
    const { id, title, admin } = module;
    const granted = (admin?.permissions ?? []).filter((one) => one.granted).map(({ scope }) => scope);
    const result = await hearth.api.modules.disable({ id });
    if (!result.ok) return toasts.show({ text: errorText(result.error), tone: 'danger' });
    list.put(result.data);
    const again = async () => {
      const refused = await enable(result.data, granted);
      if (refused) toasts.show({ text: errorText(refused), tone: 'danger' });
    };
    toasts.show({
      text: t('modules.disabled', { title }),
      action: { label: t('modules.undo'), run: () => void again() },
    });
  }
  return { enable, disable };
}
