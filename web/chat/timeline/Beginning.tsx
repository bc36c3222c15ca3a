import { Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { useChat } from '../context.tsx';
import { RoomIcon } from '../sidebar/RoomLink.tsx';
import type { RoomState } from '../state.ts';

/** Stands above the first message of a room. */
export function Beginning(props: { room: RoomState }) {
  const { t } = useI18n();
  const chat = useChat();
  const direct = () => props.room.kind === 'direct';
  const title = () => t(direct() ? 'chat.beginningWith' : 'chat.beginning', { name: chat.roomName(props.room) });
  return (
    <div class="timeline-beginning">
      <RoomIcon room={props.room} />
      <p class="timeline-beginning-title">{title()}</p>
      <Show when={props.room.topic}>
        <p>{props.room.topic}</p>
      </Show>
      <p>{direct() ? t('chat.beginningDirect') : t('chat.beginningRoom')}</p>
    </div>
  );
}
