import '../modules.css';
import './manage.css';
import { useParams } from '@solidjs/router';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import Blocks from 'lucide-solid/icons/blocks';
import Lock from 'lucide-solid/icons/lock';
import { createMemo, Match, Show, Switch } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { useMe } from '../../platform/hearth.tsx';
import { PageLayout } from '../../shell/PageLayout.tsx';
import { usePageTitle } from '../../shell/title.ts';
import { IconAvatar } from '../../ui/Avatar.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { PaneBoundary } from '../../ui/PaneBoundary.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Log } from '../log/Log.tsx';
import { ModuleAbsent } from '../ModuleAbsent.tsx';
import { ModuleSwitch } from '../ModuleSwitch.tsx';
import { useModules } from '../use-modules.ts';
import { modulePath } from '../paths.ts';
import { Reason } from '../Reason.tsx';
import { Settings } from '../settings/Settings.tsx';
import { StateBadge } from '../StateBadge.tsx';
import { Instances } from './Instances.tsx';
import { Permissions } from './Permissions.tsx';

function Head(props: { module: ModuleInfo }) {
  const { t } = useI18n();
  return (
    <PageHeader
      back="/modules"
      lead={
        <IconAvatar id={props.module.id}>
          <Blocks />
        </IconAvatar>
      }
      title={<bdi>{props.module.title}</bdi>}
      description={<Show when={props.module.version}>{(version) => t('modules.version', { version: version() })}</Show>}
      actions={
        <>
          <Show when={props.module.hasPage && props.module.enabled}>
            <ButtonLink size="sm" href={modulePath(props.module.id)}>
              {t('modules.open')}
            </ButtonLink>
          </Show>
          <ModuleSwitch module={props.module} />
        </>
      }
    />
  );
}

function Facts(props: { module: ModuleInfo }) {
  const { t } = useI18n();
  return (
    <section class="module-section" aria-label={props.module.title}>
      <div class="module-facts">
        <StateBadge state={props.module.state} />
        <Show when={props.module.shipped}>
          <Badge>{t('modules.shipped')}</Badge>
        </Show>
        <Show when={props.module.admin?.trusted}>
          <Badge tone="warn">{t('modules.trusted')}</Badge>
        </Show>
        <code class="module-facts-id">{props.module.id}</code>
      </div>
      <Show when={props.module.description}>
        <p>{props.module.description}</p>
      </Show>
      <Reason module={props.module} />
    </section>
  );
}

/** Everything an admin can see and set about one module. */
export default function ModuleManagePage() {
  const { t } = useI18n();
  const me = useMe();
  const params = useParams();
  const list = useModules();
  const module = createMemo(() => list.find(params['id'] ?? ''));
  usePageTitle(() => module()?.title ?? t('modules.title'));
  const id = createMemo(() => module()?.id);
  return (
    <PageLayout>
      <Switch>
        <Match when={me().role !== 'admin'}>
          <PageHeader back="/modules" title={t('modules.title')} />
          <EmptyState icon={<Lock />} title={t('modules.forAdmins')} text={t('modules.forAdminsText')} />
        </Match>
        {/* Keyed: another module has another log and other settings. */}
        <Match when={id()} keyed>
          {(known) => (
            <Show when={module()}>
              {(shown) => (
                <>
                  <Head module={shown()} />
                  <div class="page-body">
                    <div class="page-column">
                      <Show when={list.error()}>
                        {(error) => <ErrorNote error={error()} busy={list.busy()} onRetry={list.reload} />}
                      </Show>
                      <Facts module={shown()} />
                      {/* What never loaded has not said what it asks for. */}
                      <Show when={shown().version}>
                        <Permissions module={shown()} />
                      </Show>
                      <Show when={shown().admin?.hasSettings}>
                        <PaneBoundary>
                          <Settings module={shown()} />
                        </PaneBoundary>
                      </Show>
                      <Show when={shown().enabled && shown().state !== 'failed'}>
                        <Instances module={shown()} onLook={list.reload} />
                      </Show>
                      <PaneBoundary>
                        <Log id={known} />
                      </PaneBoundary>
                    </div>
                  </div>
                </>
              )}
            </Show>
          )}
        </Match>
        <Match when={list.modules()}>
          <ModuleAbsent />
        </Match>
        <Match when={list.error()}>
          {(error) => (
            <>
              <PageHeader back="/modules" title={t('modules.title')} />
              <div class="page-body">
                <ErrorNote error={error()} busy={list.busy()} onRetry={list.reload} />
              </div>
            </>
          )}
        </Match>
        <Match when>
          <PageHeader back="/modules" title={t('modules.title')} />
          <div class="page-body">
            <div class="page-column">
              <Skeleton label={t('app.loading')} kind="row" lines={4} />
            </div>
          </div>
        </Match>
      </Switch>
    </PageLayout>
  );
}
