import './timeline.css';
import ArrowDown from 'lucide-solid/icons/arrow-down';
import { createEffect, createMemo, createSignal, For, on, onMount, Show, untrack } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { createClock } from '../../ui/clock.ts';
import { ErrorNote } from '../../ui/ErrorNote.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Spinner } from '../../ui/Spinner.tsx';
import { createAttention } from '../attention.ts';
import { useChat } from '../context.tsx';
import { createKeyed } from '../../platform/keyed.ts';
import { type HistoryWindow, type RoomState, unreadOf } from '../state.ts';
import { Beginning } from './Beginning.tsx';
import { createNewLine } from './new-line.ts';
import { createScrollKeeper } from './scroll-keeper.ts';
import { sameRow, timelineRows } from './timeline-rows.ts';
import { TimelineRowView } from './TimelineRowView.tsx';

interface TimelineProps {
  room: RoomState;
  window: HistoryWindow;
  /** Counts what was sent from this page: who writes wants to see it, wherever they were reading. */
  sent: number;
}

/** The messages of a room. Opens at the first unread one; loads on as somebody scrolls; marks read what is looked at. */
function Messages(props: TimelineProps) {
  const { t } = useI18n();
  const chat = useChat();
  const { store, me } = chat;
  const roomId = props.room.id;
  const attentive = createAttention();
  const now = createClock(60_000);
  const reachesEnd = () => props.window.after === undefined;
  const pending = createMemo(() => (reachesEnd() ? store.state().pending[roomId] : undefined));
  const answers = createMemo(() => (reachesEnd() ? store.state().answers[roomId] : undefined));
  const newLine = createNewLine({
    room: () => props.room,
    isOwn: (room) => room.lastMessage?.author.kind === 'user' && room.lastMessage.author.id === me,
    watched: () => attentive() && keeper.holdsEnd(),
  });
  const rows = createMemo(() =>
    timelineRows(props.window.messages, me, {
      pending: pending(),
      answers: answers(),
      readUntil: newLine.readUntil(),
    }),
  );
  const keyed = createKeyed(rows, (row) => row.key, sameRow);

  const [scroller, setScroller] = createSignal<HTMLElement>();
  const [list, setList] = createSignal<HTMLElement>();
  const [away, setAway] = createSignal(false);

  function markRead(): void {
    if (!attentive() || keeper.height() === 0) return;
    const shown = keeper.lastVisible();
    if (!(shown instanceof HTMLElement)) return;
    const position = Number(shown.dataset['position'] ?? (keeper.atEnd() ? props.room.head : 0));
    store.reading.mark(roomId, position);
  }

  function loadOn(): void {
    const { loading, error, before, after } = props.window;
    if (loading || error) return;
    const margin = keeper.height() * 1.5;
    if (before !== undefined && keeper.above() < margin) void store.history.more(roomId, 'before');
    else if (after !== undefined && keeper.below() < margin) void store.history.more(roomId, 'after');
  }

  const newRow = () => list()?.querySelector('[data-new]') ?? undefined;
  const keeper = createScrollKeeper({
    rows,
    reachesEnd,
    hold: () => (attentive() ? undefined : newRow()),
    onMove: () =>
      untrack(() => {
        setAway(!reachesEnd() || keeper.below() > keeper.height() / 2);
        markRead();
        loadOn();
        if (keeper.holdsEnd()) store.history.trim(roomId);
      }),
  });

  onMount(() => {
    const [outer, inner] = [scroller(), list()];
    if (outer && inner) keeper.attach(outer, inner);
    const first = newRow();
    if (first) keeper.toRow(first);
    else keeper.toEnd();
  });
  createEffect(on(attentive, (looks) => looks && markRead(), { defer: true }));
  createEffect(
    on(
      () => props.sent,
      () => {
        newLine.clear();
        void toLatest();
      },
      { defer: true },
    ),
  );

  async function toLatest(): Promise<void> {
    if (!reachesEnd()) await store.history.latest(roomId);
    keeper.toEnd();
  }
  const unread = () => unreadOf(props.room);
  const label = () => (unread() > 0 ? t('chat.jumpUnread', { count: unread() }) : t('chat.jump'));
  const failure = () => {
    const { error, failed, loading } = props.window;
    if (!error || !failed) return undefined;
    const retry = () => void (failed === 'open' ? store.history.reload(roomId) : store.history.more(roomId, failed));
    return { failed, note: () => <ErrorNote error={error} onRetry={retry} busy={loading !== undefined} /> };
  };

  return (
    <div class="timeline-frame">
      <div
        class="timeline"
        ref={setScroller}
        role="log"
        tabindex="0"
        aria-label={t('chat.timeline', { name: chat.roomName(props.room) })}
        aria-live={props.window.loading ? 'off' : 'polite'}
        aria-busy={props.window.loading ? 'true' : undefined}
      >
        <Show when={props.window.before !== undefined} fallback={<Beginning room={props.room} />}>
          <div class="timeline-more">
            <Show when={failure()?.failed === 'before'} fallback={<Spinner />}>
              {failure()?.note()}
            </Show>
          </div>
        </Show>
        <div class="timeline-rows" ref={setList}>
          <For each={keyed()}>{(row) => <TimelineRowView row={row.value()} now={now} />}</For>
        </div>
        <Show when={!reachesEnd()}>
          <div class="timeline-more">
            <Show when={!failure()}>
              <Spinner />
            </Show>
          </div>
        </Show>
        <Show when={failure() && failure()?.failed !== 'before'}>
          <div class="timeline-more">{failure()?.note()}</div>
        </Show>
      </div>
      <Show when={away()}>
        <button
          type="button"
          class="timeline-jump"
          classList={{ 'timeline-jump--new': unread() > 0 }}
          onClick={() => void toLatest()}
        >
          <ArrowDown aria-hidden="true" />
          {label()}
        </button>
      </Show>
    </div>
  );
}

export function Timeline(props: Omit<TimelineProps, 'window'>) {
  const { t } = useI18n();
  const { store } = useChat();
  const window = createMemo(() => store.state().windows[props.room.id]);
  const ready = () => {
    const now = window();
    return now?.status === 'ready' ? now : undefined;
  };
  return (
    <Show
      when={ready()}
      fallback={
        <div class="room-waiting">
          <Show when={window()?.error} fallback={<Skeleton lines={8} label={t('chat.loadingMessages')} />}>
            {(error) => <ErrorNote error={error()} onRetry={() => void store.history.reload(props.room.id)} />}
          </Show>
        </div>
      }
    >
      {(loaded) => <Messages room={props.room} window={loaded()} sent={props.sent} />}
    </Show>
  );
}
