import type { Invite, Role } from '@shared/people/schema.ts';
import { createSignal, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useHearth } from '../platform/hearth.tsx';
import { Button } from '../ui/Button.tsx';
import Dialog from '../ui/Dialog.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { createForm } from '../ui/form.ts';
import { Select } from '../ui/Select.tsx';
import { InviteLink } from './InviteLink.tsx';

const DAY = 86_400_000;
const days = [1, 7, 30] as const;
const uses = [1, 5, 20] as const;

/** Makes an invitation and shows its link. */
export default function InviteDialog(props: { onClose: () => void; onMade: (invite: Invite) => void }) {
  const { t } = useI18n();
  const hearth = useHearth();
  const [made, setMade] = createSignal<Invite>();
  const form = createForm({
    values: { role: 'member', days: '7', maxUses: '1' },
    submit: (values) =>
      hearth.api.people.invite({
        role: values.role as Role,
        expiresAt: Date.now() + Number(values.days) * DAY,
        maxUses: values.maxUses === '' ? null : Number(values.maxUses),
      }),
    done: (invite) => {
      setMade(invite);
      props.onMade(invite);
    },
  });
  const roles: { value: string; label: string }[] = [
    { value: 'guest', label: t('inviteDialog.roleGuest') },
    { value: 'member', label: t('inviteDialog.roleMember') },
    { value: 'admin', label: t('inviteDialog.roleAdmin') },
  ];
  return (
    <Dialog
      open
      onClose={() => props.onClose()}
      title={made() ? t('inviteDialog.ready') : t('inviteDialog.title')}
      description={
        made() ? t('inviteDialog.readyText', { role: t(`role.${made()?.role ?? 'member'}`) }) : t('inviteDialog.text')
      }
    >
      <Show
        when={made()}
        fallback={
          <form class="form" {...form.form}>
            <Select {...form.field('role')} label={t('inviteDialog.role')} options={roles} />
            <Select
              {...form.field('days')}
              label={t('inviteDialog.expires')}
              options={days.map((count) => ({ value: String(count), label: t('inviteDialog.days', { count }) }))}
            />
            <Select
              {...form.field('maxUses')}
              label={t('inviteDialog.uses')}
              options={[
                ...uses.map((count) => ({ value: String(count), label: t('inviteDialog.people', { count }) })),
                { value: '', label: t('inviteDialog.anybody') },
              ]}
            />
            <Show when={form.error()}>{(error) => <ErrorNote error={error()} />}</Show>
            <div class="dialog-actions">
              <Button onClick={() => props.onClose()}>{t('action.cancel')}</Button>
              <Button type="submit" variant="primary" busy={form.busy()}>
                {t('inviteDialog.submit')}
              </Button>
            </div>
          </form>
        }
      >
        {(invite) => (
          <>
            <InviteLink invite={invite()} />
            <div class="dialog-actions">
              <Button variant="primary" onClick={() => props.onClose()}>
                {t('inviteDialog.done')}
              </Button>
            </div>
          </>
        )}
      </Show>
    </Dialog>
  );
}
