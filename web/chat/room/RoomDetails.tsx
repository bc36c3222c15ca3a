import './room-details.css';
import type { RoomMember } from '@shared/chat/schema.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import LogOut from 'lucide-solid/icons/log-out';
import UserMinus from 'lucide-solid/icons/user-minus';
import UserPlus from 'lucide-solid/icons/user-plus';
import X from 'lucide-solid/icons/x';
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { useChat } from '../context.tsx';
import { useDialogs } from '../dialogs/dialogs.tsx';
import { createKeyed } from '../../platform/keyed.ts';
import type { RoomState } from '../state.ts';

function MemberRow(props: { member: RoomMember; room: RoomState }) {
  const { t } = useI18n();
  const chat = useChat();
  const dialogs = useDialogs();
  const name = () => chat.personName(props.member.userId);
  const presence = () => chat.people()[props.member.userId]?.presence ?? 'offline';
  const removable = () =>
    props.room.kind !== 'direct' && props.room.role === 'owner' && props.member.userId !== chat.me;
  const remove = () => dialogs.open({ kind: 'remove', roomId: props.room.id, userId: props.member.userId });
  return (
    <li class="member">
      <Avatar id={props.member.userId} name={name()} size="sm" presence={presence()} />
      <span class="member-name">
        <bdi>{name()}</bdi>
        <span class="visually-hidden">, {t(`presence.${presence()}`)}</span>
      </span>
      <Show when={props.member.role === 'owner' && props.room.kind !== 'direct'}>
        <Badge>{t('chat.owner')}</Badge>
      </Show>
      <Show when={removable()}>
        <IconButton class="member-remove" size="sm" label={t('chat.removeMember', { name: name() })} onClick={remove}>
          <UserMinus aria-hidden="true" />
        </IconButton>
      </Show>
    </li>
  );
}

/** The pane beside the messages: what the room is for, who is in it. */
export default function RoomDetails(props: { room: RoomState; onClose: () => void }) {
  const { t, region } = useI18n();
  const chat = useChat();
  const dialogs = useDialogs();
  const [pane, setPane] = createSignal<HTMLElement>();
  const opener = document.activeElement;
  onMount(() => {
    // On a narrow window the pane covers the messages: the focus must not stay below it.
    if (matchMedia('(width < 64rem)').matches) pane()?.querySelector('button')?.focus();
  });
  onCleanup(() => {
    if (opener instanceof HTMLElement && pane()?.contains(document.activeElement)) opener.focus();
  });
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    props.onClose();
  };
  const [error, setError] = createSignal<HearthError>();
  const roomId = createMemo(() => props.room.id);
  const load = async () => setError(await chat.store.listMembers(roomId()));
  createEffect(on(roomId, () => void load()));
  const members = createMemo(() => chat.store.state().members[roomId()]);
  const sorted = createMemo(() => {
    const names = new Intl.Collator(region(), { sensitivity: 'base' });
    return (members() ?? []).toSorted((a, b) => names.compare(chat.personName(a.userId), chat.personName(b.userId)));
  });
  const rows = createKeyed(sorted, (member) => member.userId);
  const peopleLabel = () => {
    const count = members()?.length;
    return count === undefined ? t('chat.people') : t('chat.members', { count });
  };
  const fixed = () => props.room.kind === 'direct';
  const mayAdd = () => !fixed() && (props.room.kind === 'public' || props.room.role === 'owner');
  return (
    <div class="details" ref={setPane} onKeyDown={closeOnEscape}>
      <div class="details-head">
        <h2 class="details-title">{fixed() ? t('chat.detailsDirect') : t('chat.details')}</h2>
        <IconButton size="sm" label={t('action.close')} onClick={() => props.onClose()}>
          <X aria-hidden="true" />
        </IconButton>
      </div>
      <Show when={props.room.topic}>
        <section class="details-section">
          <h3 class="details-label">{t('chat.topic')}</h3>
          <p class="details-topic">{props.room.topic}</p>
        </section>
      </Show>
      <section class="details-section">
        <h3 class="details-label">{peopleLabel()}</h3>
        <Show when={error()}>{(failed) => <ErrorNote error={failed()} onRetry={() => void load()} />}</Show>
        <Show when={members() || error()} fallback={<Skeleton kind="row" lines={3} label={t('app.loading')} />}>
          <ul role="list" class="members">
            <For each={rows()}>{(row) => <MemberRow member={row.value()} room={props.room} />}</For>
          </ul>
        </Show>
        <Show when={mayAdd()}>
          <Button size="sm" icon={<UserPlus />} onClick={() => dialogs.open({ kind: 'add', roomId: roomId() })}>
            {t('chat.addMember')}
          </Button>
        </Show>
      </section>
      <Show when={!fixed()}>
        <section class="details-section details-section--last">
          <Button
            size="sm"
            variant="ghost"
            icon={<LogOut />}
            onClick={() => dialogs.open({ kind: 'leave', roomId: roomId() })}
          >
            {t('chat.leave')}
          </Button>
        </section>
      </Show>
    </div>
  );
}
