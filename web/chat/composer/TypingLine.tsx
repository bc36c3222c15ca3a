import type { RoomId } from '@shared/kernel/ids.ts';
import { createMemo, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { useChat } from '../context.tsx';
import { typingIn } from '../state.ts';

/** Who writes right now. Has its place also while nobody does, so that nothing moves. */
export function TypingLine(props: { roomId: RoomId }) {
  const { t } = useI18n();
  const chat = useChat();
  const typing = createMemo(() => chat.store.state().typing[props.roomId]);
  const sentence = () => {
    if (!typing()) return undefined;
    const [first, second, ...more] = typingIn(chat.store.state(), props.roomId);
    if (first === undefined) return undefined;
    const name = chat.personName(first);
    if (second === undefined) return t('chat.typingOne', { name });
    if (more.length === 0) return t('chat.typingTwo', { first: name, second: chat.personName(second) });
    return t('chat.typingMany', { count: more.length + 2 });
  };
  return (
    <p class="typing">
      <Show when={sentence()}>
        {(text) => (
          <>
            <span class="typing-dots" aria-hidden="true">
              <span />
              <span />
              <span />
            </span>
            {text()}
          </>
        )}
      </Show>
    </p>
  );
}
