import './dashboard.css';
import Lock from 'lucide-solid/icons/lock';
import Unplug from 'lucide-solid/icons/unplug';
import { createMemo, createSignal, Match, Show, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { ModuleTiles } from '../modules/tiles/ModuleTiles.tsx';
import { useHearth, useMe } from '../platform/hearth.tsx';
import { storage } from '../platform/storage.ts';
import { usePageTitle } from '../shell/title.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';
import { PaneBoundary } from '../ui/PaneBoundary.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { Charts } from './Charts.tsx';
import { Details } from './Details.tsx';
import { FeedIndicator } from './FeedIndicator.tsx';
import { createFormat } from './format.ts';
import { isRange, type Range, RangeSwitch } from './RangeSwitch.tsx';
import { createDashboard } from './state.ts';
import { Tiles } from './Tiles.tsx';

export default function DashboardPage() {
  const { t } = useI18n();
  const me = useMe();
  usePageTitle(() => t('nav.dashboard'));
  return (
    <div class="dashboard">
      <Show when={me().role !== 'guest'} fallback={<ForMembers title={t('nav.dashboard')} />}>
        <MachinePane />
      </Show>
    </div>
  );
}

function ForMembers(props: { title: string }) {
  const { t } = useI18n();
  return (
    <>
      <PageHeader title={props.title} />
      <EmptyState icon={<Lock />} title={t('dashboard.guests')} text={t('dashboard.guestsText')} />
    </>
  );
}

function MachinePane() {
  const { t, region } = useI18n();
  const dashboard = createDashboard(useHearth());
  const format = createMemo(() => createFormat(region()));
  const [range, setRange] = createSignal<Range>(storage.get<Range>('dashboard.range', 1, isRange));
  const host = () => dashboard.latest()?.details.host;
  const choose = (value: Range) => {
    setRange(value);
    storage.set('dashboard.range', value);
  };
  // Without a network the connection bar says so; anything else is worth its own words.
  const failed = () => {
    const failure = dashboard.failure();
    return failure && !failure.code.startsWith('network.') ? failure : undefined;
  };

  return (
    <>
      <PageHeader
        title={t('nav.dashboard')}
        description={<Show when={host()}>{(known) => t('dashboard.host', known())}</Show>}
        actions={<FeedIndicator dashboard={dashboard} format={format()} />}
      />
      <div class="dashboard-body">
        <Show when={failed()}>{(error) => <ErrorNote error={error()} onRetry={dashboard.poll} />}</Show>
        <Switch fallback={<Waiting />}>
          <Match when={dashboard.latest()}>
            {(sample) => (
              <PaneBoundary>
                <section aria-labelledby="dashboard-now" data-paused={dashboard.feed() === 'paused' ? '' : undefined}>
                  <h2 class="visually-hidden" id="dashboard-now">
                    {t('dashboard.now')}
                  </h2>
                  <Tiles sample={sample()} samples={dashboard.samples()} format={format()} />
                </section>
                <PaneBoundary>
                  <ModuleTiles />
                </PaneBoundary>
                <section class="dashboard-history" aria-labelledby="dashboard-history">
                  <div class="dashboard-section-head">
                    <h2 id="dashboard-history">{t('dashboard.history')}</h2>
                    <RangeSwitch value={range()} onValue={choose} />
                  </div>
                  <Charts dashboard={dashboard} format={format()} minutes={range()} />
                </section>
                <section class="dashboard-history" aria-labelledby="dashboard-details">
                  <h2 id="dashboard-details">{t('dashboard.details')}</h2>
                  <Details sample={sample()} format={format()} />
                </section>
              </PaneBoundary>
            )}
          </Match>
          <Match when={dashboard.feed() === 'paused'}>
            <EmptyState icon={<Unplug />} title={t('dashboard.unreachable')} text={t('dashboard.unreachableText')} />
          </Match>
        </Switch>
      </div>
    </>
  );
}

function Waiting() {
  const { t } = useI18n();
  return (
    <div class="dashboard-waiting">
      <Skeleton label={t('dashboard.loading')} kind="block" lines={6} />
    </div>
  );
}
