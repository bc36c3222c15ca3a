import './dialogs.css';
import { useNavigate } from '@solidjs/router';
import { createUniqueId, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Button } from '../../ui/Button.tsx';
import Dialog from '../../ui/Dialog.tsx';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { createForm } from '../../ui/form.ts';
import { TextField } from '../../ui/TextField.tsx';
import { roomPath, useChat } from '../context.tsx';

type Kind = 'public' | 'private';

function KindChoice(props: { kind: Kind; value: Kind; label: string; hint: string; onChoose: (kind: Kind) => void }) {
  const id = createUniqueId();
  return (
    <label class="choice">
      <input
        type="radio"
        name="kind"
        checked={props.value === props.kind}
        aria-describedby={id}
        onChange={() => props.onChoose(props.kind)}
      />
      <span class="choice-label">{props.label}</span>
      <span class="choice-hint" id={id}>
        {props.hint}
      </span>
    </label>
  );
}

export default function CreateRoomDialog(props: { onClose: (after?: () => void) => void }) {
  const { t } = useI18n();
  const { store } = useChat();
  const navigate = useNavigate();
  const formId = createUniqueId();
  const form = createForm({
    values: { name: '', topic: '', kind: 'public' as Kind },
    required: ['name'],
    submit: ({ name, topic, kind }) => store.api.createRoom({ name: name.trim(), topic: topic.trim(), kind }),
    done(room) {
      store.apply({ event: 'room_added', payload: room });
      props.onClose(() => navigate(roomPath(room.id)));
    },
    focus: true,
  });
  const kind = () => form.values().kind;
  const choose = (next: Kind) => form.set('kind', next);
  return (
    <Dialog
      open
      onClose={() => props.onClose()}
      title={t('chat.createRoom')}
      description={t('chat.createHint')}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t('action.cancel')}</Button>
          <Button type="submit" form={formId} variant="primary" busy={form.busy()}>
            {t('chat.create')}
          </Button>
        </>
      }
    >
      <form class="form" id={formId} {...form.form}>
        <Show when={form.error()}>{(error) => <ErrorNote error={error()} />}</Show>
        <TextField label={t('chat.name')} {...form.field('name')} maxlength="80" autocomplete="off" />
        <TextField
          label={t('chat.topic')}
          optional={t('chat.optional')}
          hint={t('chat.topicHint')}
          {...form.field('topic')}
          maxlength="250"
          autocomplete="off"
        />
        <fieldset class="choices">
          <legend class="field-label">{t('chat.whoSees')}</legend>
          <KindChoice
            kind="public"
            value={kind()}
            label={t('chat.public')}
            hint={t('chat.publicHint')}
            onChoose={choose}
          />
          <KindChoice
            kind="private"
            value={kind()}
            label={t('chat.private')}
            hint={t('chat.privateHint')}
            onChoose={choose}
          />
        </fieldset>
      </form>
    </Dialog>
  );
}
