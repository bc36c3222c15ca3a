import './docs.css';
import { A, useLocation, useNavigate } from '@solidjs/router';
import SearchX from 'lucide-solid/icons/search-x';
import { createEffect, createMemo, createSignal, For, Match, on, Show, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { absoluteUrl, baseUrl } from '../platform/base.ts';
import { createCall } from '../platform/call.ts';
import { PageLayout } from '../shell/PageLayout.tsx';
import { usePageTitle } from '../shell/title.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { TextField } from '../ui/TextField.tsx';
import { EndpointView } from './EndpointView.tsx';
import { endpointsOf, loadOpenApi, modulesOf } from './openapi.ts';

/** Everything the server offers, read from its own description. */
export default function DocsPage() {
  const { t } = useI18n();
  const location = useLocation();
  const navigate = useNavigate();
  usePageTitle(() => t('docs.title'));
  const [query, setQuery] = createSignal('');
  const description = createCall(
    () => baseUrl,
    (url) => loadOpenApi(url),
  );
  const endpoints = createMemo(() => {
    const found = description.data();
    return found ? endpointsOf(found) : [];
  });
  const modules = createMemo(() => modulesOf(endpoints(), query()));
  const opened = () => decodeURIComponent(location.hash.slice(1));
  // A link to one function opens it and brings it into view, once it is there.
  createEffect(
    on([endpoints, opened], ([, id]) => {
      if (id) queueMicrotask(() => document.getElementById(id)?.scrollIntoView({ block: 'start' }));
    }),
  );
  const goTo = (id: string) => navigate(`/docs#${id}`, { replace: true, scroll: false });

  const sidebar = () => (
    <nav class="docs-nav" aria-label={t('docs.modules')}>
      <For each={modules()}>
        {(module) => (
          <div class="docs-nav-module">
            <p class="docs-nav-title">{module.name}</p>
            <ul role="list">
              <For each={module.endpoints}>
                {(endpoint) => (
                  <li>
                    <button
                      type="button"
                      class="docs-nav-link"
                      aria-current={opened() === endpoint.id ? 'location' : undefined}
                      onClick={() => goTo(endpoint.id)}
                    >
                      {endpoint.name}
                    </button>
                  </li>
                )}
              </For>
            </ul>
          </div>
        )}
      </For>
    </nav>
  );
  return (
    <PageLayout sidebar={sidebar()} sidebarLabel={t('docs.modules')} show="main" keepNavigation>
      <PageHeader
        title={t('docs.title')}
        description={<Show when={description.data()}>{t('docs.count', { count: endpoints().length })}</Show>}
      />
      <div class="page-body">
        <div class="docs">
          <Show when={description.error()}>
            {(error) => <ErrorNote error={error()} busy={description.busy()} onRetry={description.reload} />}
          </Show>
          <Switch>
            <Match when={description.data()}>
              {(found) => (
                <>
                  <p class="docs-text">
                    {t('docs.text', { version: found().info.version })}{' '}
                    <a href={absoluteUrl('api/openapi.json')} rel="external">
                      openapi.json
                    </a>
                    {' · '}
                    <A href="/docs/modules">{t('docs.guideLink')}</A>
                  </p>
                  <TextField type="search" label={t('docs.search')} value={query()} onValue={setQuery} />
                  <Show when={modules().length === 0}>
                    <EmptyState icon={<SearchX />} title={t('docs.noMatch')} text={t('docs.noMatchText')} />
                  </Show>
                  <For each={modules()}>
                    {(module) => (
                      <section class="docs-module" aria-labelledby={`module-${module.name}`}>
                        <h2 class="docs-module-title" id={`module-${module.name}`}>
                          {module.name}
                        </h2>
                        <For each={module.endpoints}>
                          {(endpoint) => <EndpointView endpoint={endpoint} open={opened() === endpoint.id} />}
                        </For>
                      </section>
                    )}
                  </For>
                </>
              )}
            </Match>
            <Match when={description.busy()}>
              <Skeleton label={t('app.loading')} kind="row" lines={8} />
            </Match>
          </Switch>
        </div>
      </div>
    </PageLayout>
  );
}
