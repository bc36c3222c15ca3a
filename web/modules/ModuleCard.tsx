import type { ModuleInfo } from '@shared/modules/schema.ts';
import Blocks from 'lucide-solid/icons/blocks';
import Settings2 from 'lucide-solid/icons/settings-2';
import { For, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { IconAvatar } from '../ui/Avatar.tsx';
import { ButtonLink } from '../ui/Button.tsx';
import { ModuleSwitch } from './ModuleSwitch.tsx';
import { managePath, modulePath } from './paths.ts';
import { Reason } from './Reason.tsx';
import { StateBadge } from './StateBadge.tsx';

/** One module of the list: what it is, how it does, and what can be done with it. */
export function ModuleCard(props: { module: ModuleInfo }) {
  const { t } = useI18n();
  const isAdmin = () => props.module.admin !== null;
  const opens = () => props.module.hasPage && props.module.enabled;
  return (
    <li class="module-card" classList={{ 'module-card--off': !props.module.enabled }}>
      <IconAvatar id={props.module.id}>
        <Blocks />
      </IconAvatar>
      <div class="module-card-text">
        <div class="module-card-head">
          <h3 class="module-card-title">
            <bdi>{props.module.title}</bdi>
          </h3>
          <Show when={isAdmin() || props.module.state !== 'active'}>
            <StateBadge state={props.module.state} />
          </Show>
          <Show when={props.module.version}>
            {(version) => <span class="module-card-version">{t('modules.version', { version: version() })}</span>}
          </Show>
        </div>
        <Show when={props.module.description}>
          <p class="module-card-description">{props.module.description}</p>
        </Show>
        <Show when={props.module.enabled && props.module.commands.length > 0}>
          <p class="module-card-commands">
            <span class="visually-hidden">{t('modules.commands')}: </span>
            <For each={props.module.commands}>
              {(command) => <code title={command.description}>{`/${command.name} ${command.usage}`.trim()}</code>}
            </For>
          </p>
        </Show>
      </div>
      <Show when={opens() || isAdmin()}>
        <div class="module-card-actions">
          <Show when={opens()}>
            <ButtonLink
              size="sm"
              variant="primary"
              href={modulePath(props.module.id)}
              aria-label={t('modules.openNamed', { title: props.module.title })}
            >
              {t('modules.open')}
            </ButtonLink>
          </Show>
          <Show when={isAdmin()}>
            <ButtonLink
              size="sm"
              icon={<Settings2 aria-hidden="true" />}
              href={managePath(props.module.id)}
              aria-label={t('modules.manageNamed', { title: props.module.title })}
            >
              {t('modules.manage')}
            </ButtonLink>
            <ModuleSwitch module={props.module} />
          </Show>
        </div>
      </Show>
      <Reason module={props.module} />
    </li>
  );
}
