import { Match, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { LiveDot } from '../ui/LiveDot.tsx';
import type { Format } from './format.ts';
import type { Dashboard } from './state.ts';

/** Says, in words and read aloud when it changes, how fresh the page is. */
export function FeedIndicator(props: { dashboard: Dashboard; format: Format }) {
  const { t } = useI18n();
  const paused = () => {
    const at = props.dashboard.updatedAt() ?? props.dashboard.latest()?.at;
    return at === undefined
      ? t('dashboard.pausedBefore')
      : t('dashboard.paused', { time: props.format.time(at, true) });
  };
  return (
    <div class="feed-indicator" role="status">
      <Switch>
        <Match when={props.dashboard.feed() === 'live'}>
          <LiveDot state="live" label={t('dashboard.live')} />
        </Match>
        <Match when={props.dashboard.feed() === 'polling'}>
          <LiveDot state="waiting" label={t('dashboard.polling')} />
        </Match>
        <Match when={props.dashboard.feed() === 'paused'}>
          <LiveDot state="off" label={paused()} />
        </Match>
        <Match when={props.dashboard.feed() === 'starting'}>
          <LiveDot state="waiting" label={t('dashboard.starting')} />
        </Match>
      </Switch>
    </div>
  );
}
