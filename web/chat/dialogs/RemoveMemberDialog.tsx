import type { RoomId, UserId } from '@shared/kernel/ids.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import ConfirmDialog from '../../ui/ConfirmDialog.tsx';
import { useChat } from '../context.tsx';
import { createSubmission } from './submission.ts';

export default function RemoveMemberDialog(props: { roomId: RoomId; userId: UserId; onClose: () => void }) {
  const { t } = useI18n();
  const chat = useChat();
  const submission = createSubmission();
  const name = () => chat.personName(props.userId);
  const roomName = () => {
    const room = chat.rooms()[props.roomId];
    return room ? chat.roomName(room) : '';
  };
  const remove = () => {
    const { roomId, userId } = props;
    void submission.submit(
      () => chat.store.api.removeMember({ roomId, userId }),
      () => {
        chat.store.apply({ event: 'member_removed', payload: { roomId, userId } });
        props.onClose();
      },
    );
  };
  return (
    <ConfirmDialog
      open
      danger
      onClose={() => props.onClose()}
      onConfirm={remove}
      title={t('chat.removeMemberTitle', { name: name() })}
      text={t('chat.removeMemberText', { name: name(), room: roomName() })}
      confirmLabel={t('chat.remove')}
      busy={submission.busy()}
      error={submission.error()}
    />
  );
}
