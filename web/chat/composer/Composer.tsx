import './composer.css';
import SendHorizontal from 'lucide-solid/icons/send-horizontal';
import { createMemo, createSignal, createUniqueId, onCleanup, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { useChat } from '../context.tsx';
import { createDraft } from '../drafts.ts';
import type { RoomState } from '../state.ts';
import { MAX_TEXT, textLength } from './text-length.ts';

/** The counter appears when this many characters are left. */
const WARN = 500;

export interface ComposerProps {
  room: RoomState;
  onSent: () => void;
  /** Gives the field, so that others can put the focus there. */
  ref: (field: HTMLTextAreaElement) => void;
}

/** Where a message is written: Enter sends, Shift+Enter begins a line; on touch screens Enter begins a line. */
export function Composer(props: ComposerProps) {
  const { t } = useI18n();
  const chat = useChat();
  const { store, me } = chat;
  const roomId = props.room.id;
  const counter = createUniqueId();
  const draft = createDraft(me, roomId);
  const [text, setText] = createSignal(draft.text);
  const [field, setField] = createSignal<HTMLTextAreaElement>();
  const left = createMemo(() => MAX_TEXT - textLength(text()));
  const sendable = () => text().trim() !== '' && left() >= 0;
  const touch = matchMedia('(pointer: coarse)');
  const name = () => chat.roomName(props.room);

  addEventListener('pagehide', draft.flush);
  onCleanup(() => {
    removeEventListener('pagehide', draft.flush);
    draft.flush();
    store.typing.stop();
  });

  function write(next: string): void {
    setText(next);
    draft.save(next);
    if (next.trim() === '') store.typing.stop();
    else store.typing.typed(roomId);
  }

  function send(): void {
    if (!sendable()) return;
    store.outgoing.send(roomId, text().trim());
    store.typing.sent();
    setText('');
    draft.save('');
    draft.flush();
    props.onSent();
    field()?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    // Enter that ends the composition of a character (Japanese, Chinese, dead keys) is not meant to send.
    if (event.key !== 'Enter' || event.isComposing || event.shiftKey || event.altKey) return;
    if (touch.matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    send();
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer-box" classList={{ 'composer-box--over': left() < 0 }}>
        <div class="composer-grow" data-text={`${text()}\n`}>
          <textarea
            ref={(element) => {
              setField(element);
              props.ref(element);
            }}
            class="composer-field"
            rows="1"
            aria-label={t('chat.composer', { name: name() })}
            placeholder={t('chat.composer', { name: name() })}
            aria-describedby={left() < WARN ? counter : undefined}
            aria-invalid={left() < 0 ? 'true' : undefined}
            dir="auto"
            value={text()}
            onInput={(event) => write(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onBlur={() => store.typing.stop()}
          />
        </div>
        <IconButton class="composer-send" type="submit" label={t('chat.send')} disabled={!sendable()}>
          <SendHorizontal aria-hidden="true" />
        </IconButton>
      </div>
      <Show when={left() < WARN}>
        <p class="composer-left" classList={{ 'composer-left--over': left() < 0 }} id={counter} role="status">
          {left() < 0 ? t('chat.tooLong', { count: -left() }) : t('chat.left', { count: left() })}
        </p>
      </Show>
    </form>
  );
}
