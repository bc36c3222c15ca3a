import type { ModuleState } from '@shared/modules/schema.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { Badge, type Tone } from '../ui/Badge.tsx';

const tones: Readonly<Record<ModuleState, Tone>> = {
  loading: 'info',
  active: 'ok',
  disabled: 'neutral',
  failed: 'danger',
  retrying: 'warn',
  migrating: 'info',
};

export function StateBadge(props: { state: ModuleState }) {
  const { t } = useI18n();
  return <Badge tone={tones[props.state]}>{t(`modules.state.${props.state}`)}</Badge>;
}
