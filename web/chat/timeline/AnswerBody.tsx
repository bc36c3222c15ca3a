import EyeOff from 'lucide-solid/icons/eye-off';
import X from 'lucide-solid/icons/x';
import { useI18n } from '../../i18n/i18n.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { useChat } from '../context.tsx';
import { Markdown } from '../../ui/markdown/Markdown.tsx';
import type { PrivateAnswer } from '../state.ts';

/** What a command answered: for the reader alone, until they put it away. */
export function AnswerBody(props: { answer: PrivateAnswer }) {
  const { t } = useI18n();
  const { store } = useChat();
  const dismiss = () =>
    store.apply({ event: 'answer_dismissed', payload: { roomId: props.answer.roomId, id: props.answer.id } });
  return (
    <div class="message-answer">
      <div class="message-answer-text">
        <Markdown text={props.answer.text} />
        <p class="message-answer-note">
          <EyeOff aria-hidden="true" />
          {t('chat.onlyYou')} <code>{props.answer.command}</code>
        </p>
      </div>
      <IconButton size="sm" label={t('chat.dismissAnswer')} onClick={dismiss}>
        <X aria-hidden="true" />
      </IconButton>
    </div>
  );
}
