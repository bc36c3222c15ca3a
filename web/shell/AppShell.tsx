import './shell.css';
import { A, useLocation } from '@solidjs/router';
import Activity from 'lucide-solid/icons/activity';
import Blocks from 'lucide-solid/icons/blocks';
import Gauge from 'lucide-solid/icons/gauge';
import MessagesSquare from 'lucide-solid/icons/messages-square';
import UsersRound from 'lucide-solid/icons/users-round';
import { createEffect, createSignal, For, on, type ParentProps, Suspense } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { useI18n } from '../i18n/i18n.tsx';
import { pathWithin } from '../platform/base.ts';
import { useMe } from '../platform/hearth.tsx';
import { PaneBoundary } from '../ui/PaneBoundary.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { AccountButton } from './AccountButton.tsx';
import { Announcements } from './Announcements.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { Mark } from './Mark.tsx';
import { UpdateNotice } from './UpdateNotice.tsx';

const places = [
  { href: '/rooms', label: 'nav.rooms', icon: MessagesSquare, from: 'guest' },
  { href: '/dashboard', label: 'nav.dashboard', icon: Gauge, from: 'member' },
  { href: '/modules', label: 'nav.modules', icon: Blocks, from: 'guest' },
  { href: '/people', label: 'nav.people', icon: UsersRound, from: 'guest' },
  { href: '/admin', label: 'nav.admin', icon: Activity, from: 'admin' },
] as const;
const ranks = { guest: 0, member: 1, admin: 2 };

function Rail() {
  const { t } = useI18n();
  const me = useMe();
  return (
    <header class="rail">
      <A class="rail-home" href="/" aria-label={t('app.name')} title={t('app.name')}>
        <Mark size={32} />
      </A>
      <nav class="rail-places" aria-label={t('nav.label')}>
        <For each={places.filter((place) => ranks[me().role] >= ranks[place.from])}>
          {(place) => (
            <A class="rail-place" href={place.href} activeClass="rail-place--here">
              <span class="rail-icon">
                <Dynamic component={place.icon} aria-hidden="true" />
              </span>
              <span class="rail-label">{t(place.label)}</span>
            </A>
          )}
        </For>
      </nav>
      <AccountButton />
    </header>
  );
}

/** Navigation, connection state and the page of somebody who is signed in. */
export function AppShell(props: ParentProps) {
  const { t } = useI18n();
  const location = useLocation();
  const [main, setMain] = createSignal<HTMLElement>();
  const section = () => pathWithin(location.pathname).split('/')[1];
  // Another page starts at its top for keyboard and screen reader too; rooms move the focus themselves.
  createEffect(on(section, () => main()?.focus({ preventScroll: true }), { defer: true }));
  return (
    <div class="shell">
      <button type="button" class="skip-link" onClick={() => main()?.focus()}>
        {t('app.skipToContent')}
      </button>
      <Rail />
      <div class="shell-content">
        <UpdateNotice />
        <Announcements />
        <ConnectionBanner />
        <main class="shell-main" id="main" tabindex="-1" ref={setMain}>
          <PaneBoundary>
            <Suspense
              fallback={
                <div class="shell-loading" role="status">
                  <Spinner size="lg" />
                  <span class="visually-hidden">{t('app.loading')}</span>
                </div>
              }
            >
              {props.children}
            </Suspense>
          </PaneBoundary>
        </main>
      </div>
    </div>
  );
}
