import './dialogs.css';
import type { OpenRoom } from '@shared/chat/schema.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import { useNavigate } from '@solidjs/router';
import Hash from 'lucide-solid/icons/hash';
import { createEffect, createMemo, createSignal, For, Match, on, Show, Switch } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Button } from '../../ui/Button.tsx';
import Dialog from '../../ui/Dialog.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { roomPath, useChat } from '../context.tsx';
import { createSubmission } from './submission.ts';

/** From this many rooms on, a field to filter them is worth its place. */
const MANY = 7;

function RoomRow(props: { room: OpenRoom; joining: boolean; onJoin: () => void }) {
  const { t } = useI18n();
  return (
    <li class="open-room">
      <span class="room-icon">
        <Hash aria-hidden="true" />
      </span>
      <div class="open-room-text">
        <p class="open-room-name">
          <bdi>{props.room.name}</bdi>
        </p>
        <p class="open-room-about">
          {t('chat.members', { count: props.room.members })}
          <Show when={props.room.topic}> · {props.room.topic}</Show>
        </p>
      </div>
      <Button
        size="sm"
        busy={props.joining}
        aria-label={t('chat.joinRoom', { name: props.room.name })}
        onClick={() => props.onJoin()}
      >
        {t('chat.join')}
      </Button>
    </li>
  );
}

export default function BrowseRoomsDialog(props: { onClose: (after?: () => void) => void }) {
  const { t } = useI18n();
  const { store, rooms: joined } = useChat();
  const navigate = useNavigate();
  const [rooms, setRooms] = createSignal<OpenRoom[]>();
  const [error, setError] = createSignal<HearthError>();
  const [filter, setFilter] = createSignal('');
  const [joining, setJoining] = createSignal<RoomId>();
  const submission = createSubmission();
  const load = async () => {
    const result = await store.api.browseRooms();
    setError(result.ok ? undefined : result.error);
    if (result.ok) setRooms(result.data);
  };
  // Also when another room is made while this is open.
  const created = createMemo(() => store.state().created);
  createEffect(on(created, () => void load()));
  const shown = createMemo(() => {
    const wanted = filter().trim().toLocaleLowerCase();
    return rooms()?.filter(
      ({ id, name, topic }) => !(id in joined()) && `${name} ${topic}`.toLocaleLowerCase().includes(wanted),
    );
  });
  const isJoining = (roomId: RoomId): boolean => submission.busy() && joining() === roomId;
  const join = (roomId: RoomId) => {
    setJoining(roomId);
    void submission.submit(
      () => store.api.joinRoom({ roomId }),
      (room) => {
        store.apply({ event: 'room_added', payload: room });
        props.onClose(() => navigate(roomPath(room.id)));
      },
    );
  };
  return (
    <Dialog open onClose={() => props.onClose()} title={t('chat.browseRooms')}>
      <div class="form">
        <Show when={submission.error()}>{(refused) => <ErrorNote error={refused()} />}</Show>
        <Show when={(rooms()?.length ?? 0) >= MANY}>
          <TextField
            label={t('chat.filterRooms')}
            type="search"
            value={filter()}
            onValue={setFilter}
            autocomplete="off"
          />
        </Show>
        <Switch fallback={<Skeleton kind="row" lines={4} label={t('app.loading')} />}>
          <Match when={error()}>{(failed) => <ErrorNote error={failed()} onRetry={() => void load()} />}</Match>
          <Match when={shown()}>
            {(list) => (
              <>
                <ul role="list" class="open-rooms">
                  <For each={list()}>
                    {(room) => <RoomRow room={room} joining={isJoining(room.id)} onJoin={() => join(room.id)} />}
                  </For>
                </ul>
                <Show when={list().length === 0}>
                  <p class="dialog-empty">{filter().trim() === '' ? t('chat.noneToJoin') : t('chat.noneFound')}</p>
                </Show>
              </>
            )}
          </Match>
        </Switch>
      </div>
    </Dialog>
  );
}
