import './modules.css';
import { useParams } from '@solidjs/router';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import Blocks from 'lucide-solid/icons/blocks';
import PowerOff from 'lucide-solid/icons/power-off';
import Settings2 from 'lucide-solid/icons/settings-2';
import { createMemo, createSignal, Match, Show, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { PageLayout } from '../shell/PageLayout.tsx';
import { usePageTitle } from '../shell/title.ts';
import { IconAvatar } from '../ui/Avatar.tsx';
import { ButtonLink } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';
import { PaneBoundary } from '../ui/PaneBoundary.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { ModuleAbsent } from './ModuleAbsent.tsx';
import { ModuleFrame } from './ModuleFrame.tsx';
import { useModules } from './use-modules.ts';
import { managePath } from './paths.ts';
import { StateBadge } from './StateBadge.tsx';

/** The bar above a module's page: whose it is stands there whatever the page calls itself. */
function Bar(props: { module: ModuleInfo; pageTitle: string }) {
  const { t } = useI18n();
  const own = () => (props.pageTitle === props.module.title ? undefined : props.pageTitle || undefined);
  return (
    <PageHeader
      back="/modules"
      lead={
        <IconAvatar id={props.module.id} size="sm">
          <Blocks />
        </IconAvatar>
      }
      title={<bdi>{props.module.title}</bdi>}
      description={<Show when={own()}>{(title) => <bdi>{title()}</bdi>}</Show>}
      actions={
        <>
          <Show when={props.module.state !== 'active'}>
            <span role="status">
              <StateBadge state={props.module.state} />
            </span>
          </Show>
          <Show when={props.module.admin}>
            <ButtonLink
              size="sm"
              icon={<Settings2 aria-hidden="true" />}
              href={managePath(props.module.id)}
              aria-label={t('modules.manageNamed', { title: props.module.title })}
            >
              {t('modules.manage')}
            </ButtonLink>
          </Show>
        </>
      }
    />
  );
}

/** A module's own page within the app. */
export default function ModulePage() {
  const { t } = useI18n();
  const params = useParams();
  const list = useModules();
  const module = createMemo(() => list.find(params['id'] ?? ''));
  const id = createMemo(() => module()?.id);
  const [pageTitle, setPageTitle] = createSignal('');
  usePageTitle(() => module()?.title ?? t('modules.title'));
  return (
    <PageLayout>
      <Switch>
        {/* Keyed: nothing of one module's page outlives the change to another's. */}
        <Match when={id()} keyed>
          {(known) => {
            setPageTitle('');
            return (
              <Show when={module()}>
                {(shown) => (
                  <>
                    <Bar module={shown()} pageTitle={pageTitle()} />
                    <Switch>
                      <Match when={!shown().enabled}>
                        <EmptyState icon={<PowerOff />} title={t('modules.disabled', { title: shown().title })} />
                      </Match>
                      <Match when={!shown().hasPage && shown().state === 'active'}>
                        <EmptyState
                          icon={<Blocks />}
                          title={t('modules.noPage', { title: shown().title })}
                          text={t('modules.noPageText')}
                        />
                      </Match>
                      <Match when>
                        <PaneBoundary>
                          <ModuleFrame id={known} title={shown().title} onTitle={setPageTitle} />
                        </PaneBoundary>
                      </Match>
                    </Switch>
                  </>
                )}
              </Show>
            );
          }}
        </Match>
        <Match when={list.modules()}>
          <ModuleAbsent />
        </Match>
        <Match when>
          <PageHeader back="/modules" title={t('modules.title')} />
          <div class="page-body">
            <Show when={list.error()} fallback={<Skeleton label={t('app.loading')} kind="row" lines={4} />}>
              {(error) => <ErrorNote error={error()} busy={list.busy()} onRetry={list.reload} />}
            </Show>
          </div>
        </Match>
      </Switch>
    </PageLayout>
  );
}
