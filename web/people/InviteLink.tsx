import './people.css';
import type { Invite } from '@shared/people/schema.ts';
import { createSignal, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { absoluteUrl } from '../platform/base.ts';
import { CopyField } from '../ui/CopyField.tsx';

/** The link to copy, and as a QR code for the phone across the table. */
export function InviteLink(props: { invite: Invite }) {
  const { t } = useI18n();
  const [drawn, setDrawn] = createSignal(true);
  const qr = () => absoluteUrl(`api/people/inviteQr?code=${encodeURIComponent(props.invite.code)}`);
  return (
    <div class="invite-link">
      <CopyField label={t('inviteDialog.link')} value={props.invite.url} />
      <Show when={drawn()}>
        <img
          class="invite-qr"
          src={qr()}
          alt={t('inviteDialog.qr')}
          width="208"
          height="208"
          onError={() => setDrawn(false)}
        />
      </Show>
    </div>
  );
}
