import './room-list.css';
import { useParams } from '@solidjs/router';
import Plus from 'lucide-solid/icons/plus';
import Search from 'lucide-solid/icons/search';
import SquarePen from 'lucide-solid/icons/square-pen';
import { createMemo, For, type JSX, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { useMe } from '../../platform/hearth.tsx';
import { createClock } from '../../ui/clock.ts';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { useChat } from '../context.tsx';
import { useDialogs } from '../dialogs/dialogs.tsx';
import { createKeyed } from '../../platform/keyed.ts';
import { roomSections } from '../room-list-order.ts';
import type { RoomState } from '../state.ts';
import { RoomLink } from './RoomLink.tsx';

/** Arrow keys go through the links; Tab leaves the list. */
function moveFocus(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.room-link')];
  const here = links.findIndex((link) => link === document.activeElement);
  if (here < 0) return;
  event.preventDefault();
  links[Math.max(0, Math.min(links.length - 1, here + step))]?.focus();
}

function Section(props: {
  title: string;
  rooms: RoomState[];
  empty: string;
  actions: JSX.Element;
  reachable?: string;
}) {
  const now = createClock(60_000);
  const rooms = createKeyed(
    () => props.rooms,
    (room) => room.id,
  );
  return (
    <section class="room-section">
      <div class="room-section-head">
        <h2 class="room-section-title">{props.title}</h2>
        {props.actions}
      </div>
      <ul role="list">
        <For each={rooms()}>
          {(room) => (
            <li>
              <RoomLink room={room.value()} now={now} tabindex={props.reachable === room.key ? 0 : -1} />
            </li>
          )}
        </For>
      </ul>
      <Show when={props.rooms.length === 0}>
        <p class="room-section-empty">{props.empty}</p>
      </Show>
    </section>
  );
}

export function RoomList() {
  const { t, region } = useI18n();
  const me = useMe();
  const chat = useChat();
  const dialogs = useDialogs();
  const params = useParams();
  const sections = createMemo(() => roomSections(chat.rooms(), region()));
  const loading = () => !chat.store.state().listed && Object.keys(chat.rooms()).length === 0;
  const created = createMemo(() => chat.store.state().created.length);
  const mayStart = () => me().role !== 'guest';
  // One link takes part in the order of Tab: the open room's, else the first.
  const reachable = createMemo(() => {
    const all = [...sections().rooms, ...sections().direct];
    return (all.find((room) => room.id === params['roomId']) ?? all[0])?.id;
  });
  return (
    <nav class="room-list" aria-label={t('chat.rooms')} onKeyDown={moveFocus}>
      <Show when={!params['roomId']}>
        <h1 class="visually-hidden">{t('nav.rooms')}</h1>
      </Show>
      <Show when={chat.store.listError()}>
        {(error) => <ErrorNote error={error()} onRetry={() => void chat.store.listRooms()} />}
      </Show>
      <Show
        when={!loading() || chat.store.listError()}
        fallback={<Skeleton kind="row" lines={6} label={t('app.loading')} />}
      >
        <Section
          title={t('chat.rooms')}
          rooms={sections().rooms}
          empty={t('chat.noRooms')}
          reachable={reachable()}
          actions={
            <Show when={mayStart()}>
              <span class="room-section-browse" classList={{ 'room-section-browse--new': created() > 0 }}>
                <IconButton
                  size="sm"
                  label={created() > 0 ? t('chat.browseRoomsNew', { count: created() }) : t('chat.browseRooms')}
                  onClick={() => dialogs.open({ kind: 'browse' })}
                >
                  <Search aria-hidden="true" />
                </IconButton>
              </span>
              <IconButton size="sm" label={t('chat.createRoom')} onClick={() => dialogs.open({ kind: 'create' })}>
                <Plus aria-hidden="true" />
              </IconButton>
            </Show>
          }
        />
        <Section
          title={t('chat.direct')}
          rooms={sections().direct}
          empty={t('chat.noDirect')}
          reachable={reachable()}
          actions={
            <Show when={mayStart()}>
              <IconButton size="sm" label={t('chat.newDirect')} onClick={() => dialogs.open({ kind: 'direct' })}>
                <SquarePen aria-hidden="true" />
              </IconButton>
            </Show>
          }
        />
      </Show>
    </nav>
  );
}
