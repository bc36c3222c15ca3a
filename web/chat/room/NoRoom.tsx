import './room.css';
import MessagesSquare from 'lucide-solid/icons/messages-square';
import { Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { useMe } from '../../platform/hearth.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { useChat } from '../context.tsx';
import { useDialogs } from '../dialogs/dialogs.tsx';

/** No room is chosen: on a phone the list is shown instead. */
export function NoRoom() {
  const { t } = useI18n();
  const me = useMe();
  const chat = useChat();
  const dialogs = useDialogs();
  const none = () => chat.store.state().listed && Object.keys(chat.rooms()).length === 0;
  const mayStart = () => me().role !== 'guest';
  const hint = () => {
    if (!none()) return t('chat.pickHint');
    return mayStart() ? t('chat.welcomeHint') : t('chat.welcomeGuest');
  };
  return (
    <div class="room-empty">
      <EmptyState
        icon={<MessagesSquare />}
        title={none() ? t('chat.welcome') : t('chat.pick')}
        text={hint()}
        action={
          <Show when={none() && mayStart()}>
            <Button variant="primary" onClick={() => dialogs.open({ kind: 'create' })}>
              {t('chat.createRoom')}
            </Button>
          </Show>
        }
      />
    </div>
  );
}
