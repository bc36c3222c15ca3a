import PanelRight from 'lucide-solid/icons/panel-right';
import { Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { useChat } from '../context.tsx';
import { othersIn } from '../room-list-order.ts';
import { RoomIcon } from '../sidebar/RoomLink.tsx';
import type { RoomState } from '../state.ts';

export function RoomHeader(props: { room: RoomState; detailsShown: boolean; onDetails: () => void }) {
  const { t } = useI18n();
  const chat = useChat();
  const description = () => {
    const { kind, topic, people } = props.room;
    if (kind !== 'direct') return topic || undefined;
    if (people.length > 2) return t('chat.members', { count: people.length });
    const other = othersIn({ me: chat.me, people: chat.people() }, props.room)[0];
    return other && t(chat.people()[other]?.presence === 'online' ? 'presence.online' : 'presence.offline');
  };
  return (
    <PageHeader
      back="/rooms"
      lead={<RoomIcon room={props.room} />}
      title={<bdi>{chat.roomName(props.room)}</bdi>}
      description={<Show when={description()}>{(text) => <span title={text()}>{text()}</span>}</Show>}
      actions={
        <IconButton
          label={props.room.kind === 'direct' ? t('chat.detailsDirect') : t('chat.details')}
          aria-expanded={props.detailsShown}
          data-expanded={props.detailsShown ? '' : undefined}
          onClick={() => props.onDetails()}
        >
          <PanelRight aria-hidden="true" />
        </IconButton>
      }
    />
  );
}
