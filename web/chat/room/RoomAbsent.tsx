import './room.css';
import type { OpenRoom } from '@shared/chat/schema.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import DoorOpen from 'lucide-solid/icons/door-open';
import { createSignal, onMount, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { lastRoom } from '../../platform/last-room.ts';
import { useMe } from '../../platform/hearth.tsx';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { useChat } from '../context.tsx';
import { createSubmission } from '../dialogs/submission.ts';

/** A room that is not ours (any more). An open one can be joined from here. */
export function RoomAbsent(props: { roomId: RoomId }) {
  const { t } = useI18n();
  const { store, me } = useChat();
  const user = useMe();
  const [open, setOpen] = createSignal<OpenRoom>();
  const submission = createSubmission();
  onMount(() => {
    if (lastRoom.get(me) === props.roomId) lastRoom.forget(me);
    if (user().role === 'guest') return;
    void store.api.browseRooms().then((result) => {
      if (result.ok) setOpen(result.data.find(({ id }) => id === props.roomId));
    });
  });
  const join = () =>
    void submission.submit(
      () => store.api.joinRoom({ roomId: props.roomId }),
      (room) => store.apply({ event: 'room_added', payload: room }),
    );
  return (
    <>
      <PageHeader back="/rooms" title={<bdi>{open()?.name ?? t('nav.rooms')}</bdi>} />
      <div class="room-empty">
        <Show when={submission.error()}>{(error) => <ErrorNote error={error()} />}</Show>
        <EmptyState
          icon={<DoorOpen />}
          title={t('chat.absent')}
          text={open() ? open()?.topic || t('chat.openHint') : t('chat.absentHint')}
          action={
            <Show
              when={open()}
              fallback={
                <ButtonLink href="/rooms" variant="primary">
                  {t('notFound.home')}
                </ButtonLink>
              }
            >
              {(room) => (
                <Button variant="primary" busy={submission.busy()} onClick={join}>
                  {t('chat.joinRoom', { name: room().name })}
                </Button>
              )}
            </Show>
          }
        />
      </div>
    </>
  );
}
