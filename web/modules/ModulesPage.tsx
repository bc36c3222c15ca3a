import './modules.css';
import { A } from '@solidjs/router';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import Blocks from 'lucide-solid/icons/blocks';
import { createMemo, For, Match, Show, Switch } from 'solid-js';
import { createKeyed } from '../platform/keyed.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useMe } from '../platform/hearth.tsx';
import { PageLayout } from '../shell/PageLayout.tsx';
import { usePageTitle } from '../shell/title.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { sorted } from './apply-event.ts';
import { ModuleCard } from './ModuleCard.tsx';
import { useModules } from './use-modules.ts';

function Cards(props: { modules: readonly ModuleInfo[] }) {
  const cards = createKeyed(
    () => props.modules,
    ({ id }) => id,
  );
  return (
    <ul role="list" class="card card--raised module-list">
      <For each={cards()}>{(card) => <ModuleCard module={card.value()} />}</For>
    </ul>
  );
}

/** How a module comes to be, for who may put one there. */
function HowTo() {
  const { t } = useI18n();
  const [before, after] = t('modules.newText', { folder: '\0' }).split('\0');
  return (
    <section class="module-section" aria-labelledby="modules-new">
      <h2 id="modules-new">{t('modules.newTitle')}</h2>
      <p class="module-hint">
        {before}
        <code>modules/</code>
        {after} <code>hearth module new NAME</code>
      </p>
      <p class="module-hint">
        <A href="/docs/modules">{t('modules.guide')}</A>
      </p>
    </section>
  );
}

/** The modules: all of them for admins, those that run for others. */
export default function ModulesPage() {
  const { t, region } = useI18n();
  const me = useMe();
  const list = useModules();
  usePageTitle(() => t('modules.title'));
  const isAdmin = () => me().role === 'admin';
  const all = createMemo(() => sorted(list.modules() ?? [], region()));
  const own = () => all().filter(({ shipped }) => !shipped);
  const shipped = () => all().filter((module) => module.shipped);
  const running = () => all().filter(({ state }) => state === 'active').length;
  return (
    <PageLayout>
      <PageHeader
        title={t('modules.title')}
        description={<Show when={list.modules()}>{t('modules.running', { count: running() })}</Show>}
      />
      <div class="page-body">
        <div class="page-column">
          <Show when={list.error()}>
            {(error) => <ErrorNote error={error()} busy={list.busy()} onRetry={list.reload} />}
          </Show>
          <Switch>
            <Match when={!list.modules() && !list.error()}>
              <Skeleton label={t('app.loading')} kind="row" lines={4} />
            </Match>
            <Match when={list.modules()?.length === 0}>
              <EmptyState
                icon={<Blocks />}
                title={isAdmin() ? t('modules.none') : t('modules.noneRunning')}
                text={isAdmin() ? undefined : t('modules.noneRunningText')}
              />
            </Match>
            <Match when={isAdmin()}>
              <Show when={own().length > 0}>
                <section class="module-section" aria-labelledby="modules-own">
                  <h2 id="modules-own">{t('modules.own')}</h2>
                  <Cards modules={own()} />
                </section>
              </Show>
              <Show when={shipped().length > 0}>
                <section class="module-section" aria-labelledby="modules-shipped">
                  <h2 id="modules-shipped">{t('modules.shipped')}</h2>
                  <Cards modules={shipped()} />
                </section>
              </Show>
            </Match>
            <Match when={list.modules()}>
              <section class="module-section" aria-label={t('modules.title')}>
                <Cards modules={all()} />
              </section>
            </Match>
          </Switch>
          <Show when={isAdmin() && list.modules()}>
            <HowTo />
          </Show>
        </div>
      </div>
    </PageLayout>
  );
}
