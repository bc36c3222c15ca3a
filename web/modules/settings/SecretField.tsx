import type { ModuleSettings } from '@shared/modules/schema.ts';
import { Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Badge, type Tone } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/TextField.tsx';
import type { SettingProps } from './SettingField.tsx';

type Stored = ModuleSettings['secrets'][string];
const tones: Readonly<Record<Stored, Tone>> = { set: 'ok', empty: 'neutral', unreadable: 'warn' };

/** A value that goes in and never comes out: whether there is one, a new one, or none. */
export function SecretField(props: SettingProps & { stored: Stored }) {
  const { t } = useI18n();
  const isCleared = () => props.draft === null;
  const hint = () => {
    const more =
      props.stored === 'empty'
        ? undefined
        : t(props.stored === 'set' ? 'modules.secretKeep' : 'modules.secretUnreadable');
    return (
      [props.field.description, isCleared() ? t('modules.secretCleared') : more].filter(Boolean).join(' ') || undefined
    );
  };
  return (
    <div class="setting-secret">
      <TextField
        type="password"
        label={props.field.label}
        hint={hint()}
        error={props.error}
        optional={props.field.isOptional ? t('modules.optional') : undefined}
        name={props.field.name}
        autocomplete="new-password"
        disabled={isCleared()}
        value={typeof props.draft === 'string' ? props.draft : ''}
        onValue={props.onDraft}
      />
      <div class="setting-secret-state">
        <Badge tone={isCleared() ? 'neutral' : tones[props.stored]}>
          {t(`modules.secret.${isCleared() ? 'empty' : props.stored}`)}
        </Badge>
        <Show when={props.field.isOptional && props.stored !== 'empty'}>
          <Button
            size="sm"
            variant="ghost"
            aria-label={`${t(isCleared() ? 'modules.secretRestore' : 'modules.secretClear')}: ${props.field.label}`}
            onClick={() => props.onDraft(isCleared() ? '' : null)}
          >
            {t(isCleared() ? 'modules.secretRestore' : 'modules.secretClear')}
          </Button>
        </Show>
      </div>
    </div>
  );
}
