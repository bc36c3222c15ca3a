import type { RoomId } from '@shared/kernel/ids.ts';
import { useNavigate } from '@solidjs/router';
import { onMount } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { lastRoom } from '../../platform/last-room.ts';
import ConfirmDialog from '../../ui/ConfirmDialog.tsx';
import { useChat } from '../context.tsx';
import { createSubmission } from './submission.ts';

export default function LeaveDialog(props: { roomId: RoomId; onClose: (after?: () => void) => void }) {
  const { t } = useI18n();
  const chat = useChat();
  const navigate = useNavigate();
  const submission = createSubmission();
  // Kept: the room disappears from the state as soon as it is left.
  const room = chat.rooms()[props.roomId];
  const members = () => chat.store.state().members[props.roomId];
  onMount(() => {
    if (!members()) void chat.store.listMembers(props.roomId);
  });
  const consequence = () => {
    if (room?.kind !== 'private') return t('chat.leavePublic');
    return members()?.length === 1 ? t('chat.leaveLast') : t('chat.leavePrivate');
  };
  const leave = () =>
    void submission.submit(
      () => chat.store.api.leaveRoom({ roomId: props.roomId }),
      () => {
        lastRoom.forget(chat.me);
        const event = { event: 'room_removed', payload: { roomId: props.roomId } } as const;
        props.onClose(() => {
          navigate('/rooms');
          chat.store.apply(event);
        });
      },
    );
  return (
    <ConfirmDialog
      open
      danger
      onClose={() => props.onClose()}
      onConfirm={leave}
      title={t('chat.leaveTitle', { name: room ? chat.roomName(room) : '' })}
      text={consequence()}
      confirmLabel={t('chat.leave')}
      busy={submission.busy()}
      error={submission.error()}
    />
  );
}
