import { useParams } from '@solidjs/router';
import { createMemo, createSignal, lazy, Match, Show, Suspense, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { storage } from '../platform/storage.ts';
import { PageLayout } from '../shell/PageLayout.tsx';
import { usePageTitle } from '../shell/title.ts';
import { PaneBoundary } from '../ui/PaneBoundary.tsx';
import { ChatProvider, useChat } from './context.tsx';
import { DialogProvider } from './dialogs/dialogs.tsx';
import { RoomAbsent } from './room/RoomAbsent.tsx';
import { NoRoom } from './room/NoRoom.tsx';
import { RoomPane } from './room/RoomPane.tsx';
import { RoomWaiting } from './room/RoomWaiting.tsx';
import { roomSections } from './room-list-order.ts';
import { useRoomShortcuts } from './room-shortcuts.ts';
import { RoomList } from './sidebar/RoomList.tsx';
import { type RoomState, totalUnread } from './state.ts';

const RoomDetails = lazy(() => import('./room/RoomDetails.tsx'));

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

function Rooms() {
  const { t, region } = useI18n();
  const chat = useChat();
  const params = useParams();
  const roomId = () => params['roomId'] as RoomState['id'] | undefined;
  const room = createMemo(() => {
    const id = roomId();
    return id === undefined ? undefined : chat.rooms()[id];
  });
  const listed = createMemo(() => chat.store.state().listed);
  const [details, setDetails] = createSignal(
    matchMedia('(width >= 80rem)').matches && storage.get('room-details', false, isBoolean),
  );
  const showDetails = (shown: boolean) => {
    setDetails(shown);
    storage.set('room-details', shown);
  };
  const sections = createMemo(() => roomSections(chat.rooms(), region()));
  useRoomShortcuts(() => [...sections().rooms, ...sections().direct], roomId);
  const unread = createMemo(() => totalUnread(chat.store.state()));
  usePageTitle(() => {
    const here = room();
    const title = here ? chat.roomName(here) : t('nav.rooms');
    return unread() > 0 ? t('chat.titleUnread', { count: unread(), title }) : title;
  });
  const openRoom = createMemo(() => room()?.id);
  // Made once each: the layout asks for its panes several times.
  const sidebar = (
    <PaneBoundary>
      <RoomList />
    </PaneBoundary>
  );
  const showsAside = createMemo(() => details() && openRoom() !== undefined);
  const aside = createMemo(() =>
    showsAside() ? (
      <PaneBoundary>
        <Suspense>
          <Show when={room()}>{(open) => <RoomDetails room={open()} onClose={() => showDetails(false)} />}</Show>
        </Suspense>
      </PaneBoundary>
    ) : undefined,
  );
  return (
    <PageLayout
      show={roomId() ? 'main' : 'sidebar'}
      sidebarLabel={t('nav.rooms')}
      sidebar={sidebar}
      asideLabel={t('chat.details')}
      aside={aside()}
    >
      <Switch fallback={<NoRoom />}>
        <Match when={openRoom()} keyed>
          <Show when={room()}>
            {(open) => <RoomPane room={open()} detailsShown={details()} onDetails={() => showDetails(!details())} />}
          </Show>
        </Match>
        <Match when={roomId() !== undefined && listed() ? roomId() : undefined} keyed>
          {(id) => <RoomAbsent roomId={id} />}
        </Match>
        <Match when={roomId() !== undefined}>
          <RoomWaiting />
        </Match>
      </Switch>
    </PageLayout>
  );
}

export default function ChatPage() {
  return (
    <ChatProvider>
      <DialogProvider>
        <Rooms />
      </DialogProvider>
    </ChatProvider>
  );
}
