import './room.css';
import { Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { useChat } from '../context.tsx';

/** In the place of a room until it is known whether it is ours. */
export function RoomWaiting() {
  const { t } = useI18n();
  const { store } = useChat();
  return (
    <>
      <PageHeader back="/rooms" title={t('nav.rooms')} />
      <div class="room-waiting">
        <Show when={store.listError()} fallback={<Skeleton lines={8} label={t('chat.loadingMessages')} />}>
          {(error) => <ErrorNote error={error()} onRetry={() => void store.listRooms()} />}
        </Show>
      </div>
    </>
  );
}
