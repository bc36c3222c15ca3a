import { ok, type Result } from '@shared/kernel/result.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { Person } from '@shared/people/schema.ts';
import { createMemo, createSignal, onMount, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Button } from '../../ui/Button.tsx';
import Dialog from '../../ui/Dialog.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { useChat } from '../context.tsx';
import { sortedPeople } from '../people-order.ts';
import { PeoplePicker } from './PeoplePicker.tsx';
import { createSubmission } from './submission.ts';

export default function AddMembersDialog(props: { roomId: RoomId; onClose: () => void }) {
  const { t, region } = useI18n();
  const chat = useChat();
  const [chosen, setChosen] = createSignal<Person[]>([]);
  const submission = createSubmission();
  const members = () => chat.store.state().members[props.roomId];
  onMount(() => {
    if (!members()) void chat.store.listMembers(props.roomId);
  });
  const options = createMemo(() => {
    const inside = new Set(members()?.map(({ userId }) => userId));
    return sortedPeople(chat.people(), region()).filter(({ id, active }) => active && !inside.has(id));
  });
  const name = () => {
    const room = chat.rooms()[props.roomId];
    return room ? chat.roomName(room) : '';
  };
  // One after another: who was added before one is refused stays added, and is no longer offered.
  const addAll = async (): Promise<Result<Record<string, never>>> => {
    for (const { id } of chosen()) {
      const result = await chat.store.api.addMember({ roomId: props.roomId, userId: id });
      if (!result.ok) return result;
      chat.store.apply({ event: 'member_added', payload: { roomId: props.roomId, ...result.data } });
      setChosen((list) => list.filter((person) => person.id !== id));
    }
    return ok();
  };
  return (
    <Dialog
      open
      onClose={() => props.onClose()}
      title={t('chat.addTo', { name: name() })}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t('action.cancel')}</Button>
          <Button
            variant="primary"
            busy={submission.busy()}
            disabled={chosen().length === 0}
            onClick={() => void submission.submit(addAll, () => props.onClose())}
          >
            {t('chat.add')}
          </Button>
        </>
      }
    >
      <div class="form">
        <Show when={submission.error()}>{(error) => <ErrorNote error={error()} />}</Show>
        <PeoplePicker label={t('chat.people')} people={options()} value={chosen()} onValue={setChosen} />
      </div>
    </Dialog>
  );
}
