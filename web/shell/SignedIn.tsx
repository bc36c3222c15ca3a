import { type RouteSectionProps, useLocation, useNavigate } from '@solidjs/router';
import { createEffect, Match, onCleanup, onMount, Show, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { pathWithin } from '../platform/base.ts';
import { useSession, useSignOut, useStart } from '../platform/hearth.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { AppShell } from './AppShell.tsx';
import { Mark } from './Mark.tsx';
import { signInPath } from './return-path.ts';
import { Splash } from './Splash.tsx';

function ToSignIn(props: { ended: boolean; left: boolean }) {
  const navigate = useNavigate();
  const location = useLocation();
  onMount(() => {
    const here = `${pathWithin(location.pathname)}${location.search}`;
    navigate(signInPath(props.left ? '/' : here, props.ended), { replace: true });
  });
  return <Splash />;
}

const RETRY_EVERY = 8000;

function NotReached() {
  const { t } = useI18n();
  const start = useStart();
  // A server that restarts is back in moments: nobody should have to press for that.
  const timer = setInterval(start.retry, RETRY_EVERY);
  addEventListener('online', start.retry);
  onCleanup(() => {
    clearInterval(timer);
    removeEventListener('online', start.retry);
  });
  return (
    <main class="splash">
      <Mark size={56} />
      <h1 class="splash-title">{t('start.failed')}</h1>
      <Show when={start.error()}>
        {(error) => <ErrorNote error={error()} onRetry={start.retry} busy={start.busy()} />}
      </Show>
    </main>
  );
}

/** Lets nobody pass who is not signed in, and takes them back here afterwards. */
export function SignedIn(props: RouteSectionProps) {
  const session = useSession();
  const start = useStart();
  const { leaving } = useSignOut();
  const { choice, choose } = useI18n();
  let wasSignedIn = false;
  createEffect(() => {
    const now = session();
    if (now.status !== 'signedIn') return;
    wasSignedIn = true;
    if (now.user.locale !== choice()) void choose(now.user.locale);
  });
  return (
    <Switch fallback={<Splash />}>
      <Match when={session().status === 'signedIn'}>
        <AppShell>{props.children}</AppShell>
      </Match>
      <Match when={session().status === 'signedOut'}>
        <ToSignIn ended={wasSignedIn && !leaving()} left={leaving()} />
      </Match>
      <Match when={start.error()}>
        <NotReached />
      </Match>
    </Switch>
  );
}
