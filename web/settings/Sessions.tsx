import './settings.css';
import type { Session } from '@shared/auth/schema.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import MonitorSmartphone from 'lucide-solid/icons/monitor-smartphone';
import { createSignal, For, lazy, Show, Suspense } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { createCall } from '../platform/call.ts';
import { useHearth } from '../platform/hearth.tsx';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { createClock } from '../ui/clock.ts';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { formatRelative, formatTime } from '../ui/Time.tsx';
import { useToasts } from '../ui/Toasts.tsx';
import { deviceOf } from './device-name.ts';

const ConfirmDialog = lazy(() => import('../ui/ConfirmDialog.tsx'));

function createDeviceName() {
  const { t } = useI18n();
  return (session: Session): string => {
    const { browser, system, program } = deviceOf(session.userAgent);
    if (browser && system) return t('sessions.device', { browser, system });
    return program ?? t('sessions.unknownDevice');
  };
}

function SessionRow(props: { session: Session; device: string; now: number; onEnd: () => void }) {
  const { t, region } = useI18n();
  return (
    <li class="session">
      <MonitorSmartphone class="session-icon" aria-hidden="true" />
      <div class="session-text">
        <p class="session-device">
          {props.device}
          <Show when={props.session.current}>
            <Badge tone="ok">{t('sessions.current')}</Badge>
          </Show>
        </p>
        <p class="session-facts">
          {props.session.ip} ·{' '}
          {t('sessions.lastSeen', { when: formatRelative(props.session.lastSeenAt, props.now, region()) })} ·{' '}
          {t('sessions.since', { when: formatTime(props.session.createdAt, 'date', region()) })}
        </p>
      </div>
      <Show when={!props.session.current}>
        <Button size="sm" aria-label={t('sessions.endNamed', { device: props.device })} onClick={() => props.onEnd()}>
          {t('sessions.end')}
        </Button>
      </Show>
    </li>
  );
}

/** Where the person is signed in, and a way to end each of the others. */
export function Sessions() {
  const { t, errorText } = useI18n();
  const hearth = useHearth();
  const toasts = useToasts();
  const deviceName = createDeviceName();
  const sessions = createCall(
    () => true,
    () => hearth.api.auth.sessions(),
  );
  const now = createClock(30_000);
  const [doomed, setDoomed] = createSignal<Session>();
  const [ending, setEnding] = createSignal(false);
  const [refusal, setRefusal] = createSignal<HearthError>();

  const close = () => {
    setDoomed(undefined);
    setRefusal(undefined);
  };
  const end = async (session: Session) => {
    setEnding(true);
    const result = await hearth.api.auth.endSession({ id: session.id });
    setEnding(false);
    const gone = !result.ok && result.error.code === 'auth.session_not_found';
    if (!result.ok && !gone) return setRefusal(result.error);
    sessions.setData((list) => list?.filter((other) => other.id !== session.id));
    close();
    toasts.show({ text: result.ok ? t('sessions.ended') : errorText(result.error), tone: 'ok' });
  };
  // The current one first, then the most recently used.
  const ordered = () =>
    (sessions.data() ?? []).toSorted((a, b) => Number(b.current) - Number(a.current) || b.lastSeenAt - a.lastSeenAt);
  return (
    <section class="settings-section" aria-labelledby="sessions-title">
      <div>
        <h2 class="settings-heading" id="sessions-title">
          {t('sessions.title')}
        </h2>
        <p class="settings-text">{t('sessions.text')}</p>
      </div>
      <Show when={sessions.error()}>
        {(error) => <ErrorNote error={error()} busy={sessions.busy()} onRetry={sessions.reload} />}
      </Show>
      <Show
        when={sessions.data()}
        fallback={
          <Show when={sessions.busy()}>
            <Skeleton label={t('app.loading')} kind="row" lines={2} />
          </Show>
        }
      >
        <ul role="list" class="card card--raised settings-card session-list">
          <For each={ordered()}>
            {(session) => (
              <SessionRow session={session} device={deviceName(session)} now={now()} onEnd={() => setDoomed(session)} />
            )}
          </For>
        </ul>
      </Show>
      <Show when={doomed()}>
        {(session) => (
          <Suspense>
            <ConfirmDialog
              open
              danger
              title={t('sessions.endTitle')}
              text={t('sessions.endText', { device: deviceName(session()) })}
              confirmLabel={t('sessions.end')}
              busy={ending()}
              error={refusal()}
              onConfirm={() => void end(session())}
              onClose={close}
            />
          </Suspense>
        )}
      </Show>
    </section>
  );
}
