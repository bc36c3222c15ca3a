import './shell.css';
import type { ConnectionStatus } from '@shared/client/types.ts';
import CloudOff from 'lucide-solid/icons/cloud-off';
import Hourglass from 'lucide-solid/icons/hourglass';
import { createEffect, createMemo, createSignal, on, onCleanup, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useConnection, useHearth } from '../platform/hearth.tsx';
import { createClock } from '../ui/clock.ts';
import { Spinner } from '../ui/Spinner.tsx';

/** What settles within this time is not worth a flicker. */
const PATIENCE: Partial<Record<ConnectionStatus, number>> = { connecting: 1500, recovering: 1500 };

function Countdown(props: { until: number }) {
  const { t } = useI18n();
  const now = createClock(1000);
  const seconds = () => Math.max(0, Math.ceil((props.until - now()) / 1000));
  return (
    <Show when={seconds() > 0}>
      <span>{t('connection.nextAttempt', { count: seconds() })}</span>
    </Show>
  );
}

/** Says when the page is not live, why, and what can be done about it. */
export function ConnectionBanner() {
  const { t, errorText } = useI18n();
  const hearth = useHearth();
  const connection = useConnection();
  const status = createMemo(() => connection().status);
  const [shown, setShown] = createSignal<ConnectionStatus>('online');
  const [wasLost, setWasLost] = createSignal(false);
  createEffect(
    on(status, (next) => {
      if (next === 'offline' || next === 'refused') setWasLost(true);
      const timer = setTimeout(() => setShown(next), PATIENCE[next] ?? 0);
      onCleanup(() => clearTimeout(timer));
    }),
  );
  const sentence = () => {
    const now = shown();
    if (now === 'online') return undefined;
    const reason = connection().reason;
    if (now === 'refused' && reason) return errorText(reason);
    return t(`connection.${now}`);
  };
  return (
    <section aria-label={t('connection.label')}>
      {/* Read aloud once per change; the countdown beside it is not. */}
      <div class="visually-hidden" role="status">
        {sentence() ?? (wasLost() ? t('connection.online') : '')}
      </div>
      <Show when={sentence()}>
        {(text) => (
          <div class={`banner banner--${shown()}`} data-connection={shown()}>
            <Show
              when={shown() === 'offline' || shown() === 'refused'}
              fallback={shown() === 'degraded' ? <Hourglass aria-hidden="true" /> : <Spinner />}
            >
              <CloudOff aria-hidden="true" />
            </Show>
            <p class="banner-text">
              <span aria-hidden="true">{text()}</span>{' '}
              <Show when={shown() === 'offline'}>
                <span class="banner-hint">{t('connection.offlineHint')} </span>
                <Show when={connection().retryAt}>{(until) => <Countdown until={until()} />}</Show>
              </Show>
            </p>
            <Show when={shown() === 'offline' || shown() === 'refused'}>
              <button type="button" class="banner-action" onClick={() => hearth.ws.retry()}>
                {t('connection.tryNow')}
              </button>
            </Show>
          </div>
        )}
      </Show>
    </section>
  );
}
