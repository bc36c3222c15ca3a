import './admin.css';
import Lock from 'lucide-solid/icons/lock';
import Megaphone from 'lucide-solid/icons/megaphone';
import Unplug from 'lucide-solid/icons/unplug';
import { createMemo, createSignal, lazy, Match, Show, Suspense, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useHearth, useMe } from '../platform/hearth.tsx';
import { usePageTitle } from '../shell/title.ts';
import { Button } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { LiveDot } from '../ui/LiveDot.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';
import { PaneBoundary } from '../ui/PaneBoundary.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { createConnectionList } from './connection-list.ts';
import { ConnectionTable } from './ConnectionTable.tsx';
import { Figures } from './Figures.tsx';
import { createFormat, type Format } from './format.ts';
import { createWatch, type Watch } from './state.ts';
import { Totals } from './Totals.tsx';

const AnnounceDialog = lazy(() => import('./AnnounceDialog.tsx'));

export default function AdminPage() {
  const { t } = useI18n();
  const me = useMe();
  usePageTitle(() => t('admin.title'));
  return (
    <div class="admin">
      <Show when={me().role === 'admin'} fallback={<ForAdmins />}>
        <ServerPane />
      </Show>
    </div>
  );
}

function ForAdmins() {
  const { t } = useI18n();
  return (
    <>
      <PageHeader title={t('admin.title')} />
      <EmptyState icon={<Lock />} title={t('admin.others')} text={t('admin.othersText')} />
    </>
  );
}

/** Says, in words and read aloud when it changes, whether the numbers are of now. */
function FeedIndicator(props: { watch: Watch; format: Format }) {
  const { t } = useI18n();
  return (
    <div class="admin-feed" role="status">
      <Switch>
        <Match when={props.watch.feed() === 'live'}>
          <LiveDot state="live" label={t('admin.live')} />
        </Match>
        <Match when={props.watch.feed() === 'starting'}>
          <LiveDot state="waiting" label={t('admin.starting')} />
        </Match>
        <Match when={props.watch.updatedAt()}>
          {(at) => <LiveDot state="off" label={t('admin.paused', { time: props.format.time(at()) })} />}
        </Match>
        <Match when={props.watch.feed() === 'paused'}>
          <LiveDot state="off" label={t('admin.pausedBefore')} />
        </Match>
      </Switch>
    </div>
  );
}

function ServerPane() {
  const { t, region } = useI18n();
  const hearth = useHearth();
  const watch = createWatch(hearth);
  const list = createConnectionList(hearth, watch.latest);
  const format = createMemo(() => createFormat(region()));
  const [announcing, setAnnouncing] = createSignal(false);
  const uptime = () => {
    const stats = watch.latest()?.stats;
    return stats && t('admin.uptime', { duration: format().duration((stats.at - stats.startedAt) / 1000) });
  };

  return (
    <>
      <PageHeader
        title={t('admin.title')}
        description={uptime()}
        actions={
          <>
            <FeedIndicator watch={watch} format={format()} />
            <Button
              class="admin-announce"
              icon={<Megaphone aria-hidden="true" />}
              aria-label={t('admin.announce')}
              onClick={() => setAnnouncing(true)}
            >
              <span class="admin-announce-label">{t('admin.announce')}</span>
            </Button>
          </>
        }
      />
      <div class="admin-body">
        <Show when={watch.failure()}>{(error) => <ErrorNote error={error()} />}</Show>
        <Switch fallback={<Waiting />}>
          <Match when={watch.latest()}>
            {(latest) => (
              <PaneBoundary>
                <section aria-labelledby="admin-now" data-paused={watch.feed() === 'paused' ? '' : undefined}>
                  <h2 class="visually-hidden" id="admin-now">
                    {t('admin.now')}
                  </h2>
                  <Figures readings={watch.readings()} latest={latest()} format={format()} />
                </section>
                <ConnectionTable list={list} format={format()} now={latest().stats.at} />
                <section class="admin-section" aria-labelledby="admin-totals">
                  <h2 id="admin-totals">{t('admin.totals')}</h2>
                  <Totals stats={latest().stats} format={format()} />
                </section>
              </PaneBoundary>
            )}
          </Match>
          <Match when={watch.feed() === 'paused'}>
            <EmptyState icon={<Unplug />} title={t('admin.unreachable')} text={t('admin.unreachableText')} />
          </Match>
        </Switch>
      </div>
      <Show when={announcing()}>
        <Suspense>
          <AnnounceDialog onClose={() => setAnnouncing(false)} />
        </Suspense>
      </Show>
    </>
  );
}

function Waiting() {
  const { t } = useI18n();
  return (
    <div class="admin-waiting">
      <Skeleton label={t('admin.loading')} kind="block" lines={4} />
    </div>
  );
}
