import './modules.css';
import type { HearthError } from '@shared/kernel/result.ts';
import type { ModuleInfo, Scope } from '@shared/modules/schema.ts';
import ShieldAlert from 'lucide-solid/icons/shield-alert';
import { createSignal, For, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from '../ui/Button.tsx';
import Dialog from '../ui/Dialog.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Checkbox } from '../ui/Toggle.tsx';
import { scopeText } from './scopes.ts';

export interface PermissionsDialogProps {
  module: ModuleInfo;
  onClose: () => void;
  /** Switches the module on with these permissions; gives why it was refused. */
  onGrant: (grant: Scope[]) => Promise<HearthError | undefined>;
}

/** Asks what a module may do, before it is switched on or while it runs. */
export default function PermissionsDialog(props: PermissionsDialogProps) {
  const { t } = useI18n();
  // What is asked is read once: an answer must not change under somebody's hands.
  const { title, enabled, admin } = props.module;
  const asked = admin?.permissions ?? [];
  const earlier = asked.filter(({ granted }) => granted);
  const [ticked, setTicked] = createSignal(
    new Set((enabled || earlier.length > 0 ? earlier : asked).map(({ scope }) => scope)),
  );
  const [error, setError] = createSignal<HearthError>();
  const [busy, setBusy] = createSignal(false);
  const tick = (scope: Scope, isTicked: boolean) =>
    setTicked((before) => new Set(isTicked ? [...before, scope] : [...before].filter((other) => other !== scope)));
  const grant = async () => {
    setBusy(true);
    const refused = await props.onGrant([...ticked()]);
    setBusy(false);
    setError(refused);
    if (!refused) props.onClose();
  };
  return (
    <Dialog
      open
      onClose={() => props.onClose()}
      title={enabled ? t('modules.permissionsTitle', { title }) : t('modules.enableTitle', { title })}
      description={asked.length > 0 ? t('modules.enableText') : t('modules.enableTextNone')}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t('action.cancel')}</Button>
          <Button variant="primary" busy={busy()} onClick={() => void grant()}>
            {enabled ? t('action.save') : t('modules.enable')}
          </Button>
        </>
      }
    >
      <div class="permissions-choice">
        <Show when={asked.length > 0}>
          <ul role="list" class="permissions-list">
            <For each={asked}>
              {({ scope }) => {
                const text = scopeText(scope, t);
                return (
                  <li>
                    <Checkbox
                      label={text}
                      hint={text === scope ? undefined : scope}
                      checked={ticked().has(scope)}
                      onChecked={(isTicked) => tick(scope, isTicked)}
                    />
                  </li>
                );
              }}
            </For>
          </ul>
        </Show>
        <p class="permissions-warning">
          <ShieldAlert aria-hidden="true" />
          {t('modules.enableWarning')}
        </p>
        <Show when={error()}>{(refused) => <ErrorNote error={refused()} />}</Show>
      </div>
    </Dialog>
  );
}
