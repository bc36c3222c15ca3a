import type { Invite } from '@shared/people/schema.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from '../ui/Button.tsx';
import Dialog from '../ui/Dialog.tsx';
import { InviteLink } from './InviteLink.tsx';

/** An open invitation's link, to hand on once more. */
export default function InviteLinkDialog(props: { invite: Invite; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <Dialog
      open
      onClose={() => props.onClose()}
      title={t('inviteDialog.link')}
      description={t('inviteDialog.readyText', { role: t(`role.${props.invite.role}`) })}
      actions={<Button onClick={() => props.onClose()}>{t('inviteDialog.done')}</Button>}
    >
      <InviteLink invite={props.invite} />
    </Dialog>
  );
}
