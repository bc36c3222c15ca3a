import './composer.css';
import SendHorizontal from 'lucide-solid/icons/send-horizontal';
import { createMemo, createSignal, createUniqueId, onCleanup, Show } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { useModules } from '../../modules/use-modules.ts';
import { useHearth } from '../../platform/hearth.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Spinner } from '../../ui/Spinner.tsx';
import { useChat } from '../context.tsx';
import { createDraft } from '../drafts.ts';
import type { RoomState } from '../state.ts';
import { createCommandChoice } from './command-choice.ts';
import { createCommandRun } from './command-run.ts';
import { meant } from './command-text.ts';
import { CommandList, optionId } from './CommandList.tsx';
import { CommandRefused } from './CommandRefused.tsx';
import { knownCommands } from './known-commands.ts';
import { MAX_TEXT, textLength } from './text-length.ts';

/** The counter appears when this many characters are left. */
const WARN = 500;

export interface ComposerProps {
  room: RoomState;
  onSent: () => void;
  /** Gives the field, so that others can put the focus there. */
  ref: (field: HTMLTextAreaElement) => void;
}

/**
 * Where a message is written, or a command begun with a slash: Enter sends, Shift+Enter begins a line; on touch screens
 * Enter begins a line.
 */
export function Composer(props: ComposerProps) {
  const { t } = useI18n();
  const chat = useChat();
  const modules = useModules();
  const { store, me } = chat;
  const roomId = props.room.id;
  const counter = createUniqueId();
  const listId = createUniqueId();
  const draft = createDraft(me, roomId);
  const [text, setText] = createSignal(draft.text);
  const [field, setField] = createSignal<HTMLTextAreaElement>();
  const left = createMemo(() => MAX_TEXT - textLength(text()));
  const sendable = () => text().trim() !== '' && left() >= 0 && !running.busy();
  const touch = matchMedia('(pointer: coarse)');
  const name = () => chat.roomName(props.room);

  const commands = createMemo(() => {
    const all = modules.modules();
    return all && knownCommands(all);
  });
  /** What has failed is not offered, but who knows its name is told why it does not run. */
  const offered = createMemo(() => knownCommands(modules.modules()?.filter(({ state }) => state !== 'failed') ?? []));
  const choice = createCommandChoice({
    text,
    commands: offered,
    onPick(command) {
      write(`/${command.name} `);
      field()?.focus();
    },
  });
  const running = createCommandRun({
    hearth: useHearth(),
    roomId,
    commands,
    newId: store.newId,
    onDone(command, reply) {
      if (reply !== null) store.answered(roomId, command, reply);
      clear();
    },
  });

  addEventListener('pagehide', draft.flush);
  onCleanup(() => {
    removeEventListener('pagehide', draft.flush);
    draft.flush();
    store.typing.stop();
  });

  function write(next: string): void {
    setText(next);
    draft.save(next);
    running.forgive();
    if (next.trim() === '' || meant(next).kind === 'command') store.typing.stop();
    else store.typing.typed(roomId);
  }

  function clear(): void {
    setText('');
    draft.save('');
    draft.flush();
    props.onSent();
    field()?.focus();
  }

  function post(message: string): void {
    running.forgive();
    store.outgoing.send(roomId, message);
    store.typing.sent();
    clear();
  }

  function send(): void {
    if (!sendable()) return;
    const written = meant(text());
    if (written.kind === 'command') void running.run(written.name, written.text);
    else post(written.text);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (choice.onKeyDown(event)) return;
    // Enter that ends the composition of a character (Japanese, Chinese, dead keys) is not meant to send.
    if (event.key !== 'Enter' || event.isComposing || event.shiftKey || event.altKey) return;
    if (touch.matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    send();
  }

  const option = () => {
    const current = choice.current();
    return current && optionId(listId, current.name);
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Show when={choice.isOpen()}>
        <CommandList id={listId} choice={choice} />
      </Show>
      <div class="composer-box" classList={{ 'composer-box--over': left() < 0 }}>
        <div class="composer-grow" data-text={`${text()}\n`}>
          <textarea
            ref={(element) => {
              setField(element);
              props.ref(element);
            }}
            class="composer-field"
            rows="1"
            role={choice.isOpen() ? 'combobox' : undefined}
            aria-autocomplete={choice.isOpen() ? 'list' : undefined}
            aria-expanded={choice.isOpen() ? 'true' : undefined}
            aria-controls={choice.isOpen() ? listId : undefined}
            aria-activedescendant={option()}
            aria-label={t('chat.composer', { name: name() })}
            placeholder={t('chat.composer', { name: name() })}
            aria-describedby={left() < WARN ? counter : undefined}
            aria-invalid={left() < 0 ? 'true' : undefined}
            dir="auto"
            readonly={running.busy()}
            value={text()}
            onInput={(event) => write(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onBlur={() => store.typing.stop()}
          />
        </div>
        <IconButton class="composer-send" type="submit" label={t('chat.send')} disabled={!sendable()}>
          <Show when={running.busy()} fallback={<SendHorizontal aria-hidden="true" />}>
            <Spinner />
          </Show>
        </IconButton>
      </div>
      <CommandRefused refusal={running.refusal()} onSend={() => post(text().trim())} />
      <Show when={left() < WARN}>
        <p class="composer-left" classList={{ 'composer-left--over': left() < 0 }} id={counter} role="status">
          {left() < 0 ? t('chat.tooLong', { count: -left() }) : t('chat.left', { count: left() })}
        </p>
      </Show>
    </form>
  );
}
