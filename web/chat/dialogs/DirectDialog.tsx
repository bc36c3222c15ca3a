import type { Person } from '@shared/people/schema.ts';
import { useNavigate } from '@solidjs/router';
import { createMemo, createSignal, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Button } from '../../ui/Button.tsx';
import Dialog from '../../ui/Dialog.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { roomPath, useChat } from '../context.tsx';
import { sortedPeople } from '../people-order.ts';
import { PeoplePicker } from './PeoplePicker.tsx';
import { createSubmission } from './submission.ts';

/** People of a direct conversation besides ourselves. */
const MOST = 7;

export default function DirectDialog(props: { onClose: (after?: () => void) => void }) {
  const { t, region } = useI18n();
  const { store, people, me } = useChat();
  const navigate = useNavigate();
  const [chosen, setChosen] = createSignal<Person[]>([]);
  const submission = createSubmission();
  const options = createMemo(() => sortedPeople(people(), region()).filter(({ id, active }) => active && id !== me));
  const open = () => {
    if (chosen().length === 0) return;
    const userIds = chosen().map(({ id }) => id);
    void submission.submit(
      () => store.api.openDirect({ userIds }),
      (room) => {
        store.apply({ event: 'room_added', payload: room });
        props.onClose(() => navigate(roomPath(room.id)));
      },
    );
  };
  return (
    <Dialog
      open
      onClose={() => props.onClose()}
      title={t('chat.newDirect')}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t('action.cancel')}</Button>
          <Button variant="primary" busy={submission.busy()} disabled={chosen().length === 0} onClick={open}>
            {t('chat.open')}
          </Button>
        </>
      }
    >
      <div class="form">
        <Show when={submission.error()}>{(error) => <ErrorNote error={error()} />}</Show>
        <PeoplePicker
          label={t('chat.to')}
          hint={t('chat.directHint', { count: MOST + 1 })}
          people={options()}
          value={chosen()}
          onValue={(list) => setChosen(list.slice(0, MOST))}
        />
      </div>
    </Dialog>
  );
}
