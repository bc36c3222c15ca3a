import { A } from '@solidjs/router';
import Hash from 'lucide-solid/icons/hash';
import Lock from 'lucide-solid/icons/lock';
import { type Accessor, createMemo, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import { CountBadge } from '../../ui/Badge.tsx';
import { roomPath, useChat } from '../context.tsx';
import { plainText } from '../../ui/markdown/plain-text.ts';
import { shortMoment } from '../moments.ts';
import { othersIn } from '../room-list-order.ts';
import { systemLine } from '../timeline/system-line.ts';
import { activeAt, type RoomState, unreadOf } from '../state.ts';

/** Who a direct room is with, or what kind of room it is. */
export function RoomIcon(props: { room: RoomState }) {
  const { t } = useI18n();
  const chat = useChat();
  const other = () => othersIn({ me: chat.me, people: chat.people() }, props.room)[0] ?? chat.me;
  const single = () => props.room.people.length <= 2;
  return (
    <Show
      when={props.room.kind === 'direct'}
      fallback={
        <span class="room-icon">
          <Show when={props.room.kind === 'private'} fallback={<Hash aria-hidden="true" />}>
            <Lock aria-hidden="true" />
            <span class="visually-hidden">{t('chat.privateRoom')}</span>
          </Show>
        </span>
      }
    >
      <Show when={single()} fallback={<span class="room-icon room-icon--group">{props.room.people.length - 1}</span>}>
        <Avatar
          id={other()}
          name={chat.personName(other())}
          size="sm"
          presence={chat.people()[other()]?.presence ?? 'offline'}
        />
      </Show>
    </Show>
  );
}

/** Short enough for a line that it shares with what was said. */
const firstName = (name: string): string => name.trim().split(/\s+/, 1)[0] ?? name;

export function RoomLink(props: { room: RoomState; now: Accessor<number>; tabindex: 0 | -1 }) {
  const { t, region } = useI18n();
  const chat = useChat();
  const unread = () => unreadOf(props.room);
  const preview = createMemo(() => {
    const message = props.room.lastMessage;
    if (!message) return props.room.topic || (props.room.head > 0 ? '' : t('chat.noMessages'));
    if (message.deletedAt !== null) return t('chat.deleted');
    if (message.body.kind === 'system') return systemLine(message.body, t);
    const text = plainText(message.body.text);
    const own = message.author.kind === 'user' && message.author.id === chat.me;
    if (own) return t('chat.previewOf', { name: t('chat.you'), text });
    if (props.room.kind === 'direct' && props.room.people.length <= 2) return text;
    const name = chat.authorName(message.author);
    return t('chat.previewOf', { name: message.author.kind === 'user' ? firstName(name) : name, text });
  });
  return (
    <A
      class="room-link"
      activeClass="room-link--here"
      classList={{ 'room-link--unread': unread() > 0 }}
      href={roomPath(props.room.id)}
      tabindex={props.tabindex}
    >
      <RoomIcon room={props.room} />
      <span class="room-link-name">
        <bdi>{chat.roomName(props.room)}</bdi>
      </span>
      <span class="room-link-time">{shortMoment(activeAt(props.room), props.now(), region())}</span>
      <span class="room-link-preview">{preview()}</span>
      <span class="room-link-count">
        <Show when={unread() > 0}>
          <CountBadge count={unread()} label={t('chat.unread', { count: unread() })} />
        </Show>
      </span>
    </A>
  );
}
