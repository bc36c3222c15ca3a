import type { Hearth } from '@shared/client/types.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { ChatEvent } from './chat-event.ts';
import { type ChatState, unreadOf } from './state.ts';

export const PAGE = 50;
/** A window with more messages than this is not kept for the next visit of its room. */
const KEEP = 150;
/** An open window with more messages than this is cut back to `KEEP` while its end is shown. */
const MOST = 400;

interface HistoryDeps {
  hearth: Pick<Hearth, 'api'>;
  state: () => ChatState;
  apply: (event: ChatEvent) => void;
}

/** Loads the windows of rooms page by page. */
export function createRoomHistory({ hearth, state, apply }: HistoryDeps) {
  let ticket = 0;

  async function load(
    roomId: RoomId,
    kind: 'open' | 'before' | 'after',
    input: Record<string, unknown>,
  ): Promise<void> {
    const mine = ++ticket;
    apply({ event: 'history_asked', payload: { roomId, kind, ticket: mine } });
    const page = await hearth.api.chat.history({ roomId, limit: PAGE, ...input });
    apply(
      page.ok
        ? { event: 'history_came', payload: { roomId, kind, ticket: mine, page: page.data } }
        : { event: 'history_failed', payload: { roomId, kind, ticket: mine, error: page.error } },
    );
  }

  /** Loads the part around the first unread message, or the latest page where there is none. */
  function reload(roomId: RoomId): Promise<void> {
    const room = state().rooms[roomId];
    const around = room && unreadOf(room) > 0 ? { around: room.readPosition } : {};
    return load(roomId, 'open', around);
  }

  return {
    reload,
    /** Makes sure that there is a window with the first unread message in it. */
    async open(roomId: RoomId): Promise<void> {
      const window = state().windows[roomId];
      const room = state().rooms[roomId];
      if (window?.loading === 'open') return;
      const first = window?.messages[0]?.position ?? 0;
      const holdsUnread = !room || unreadOf(room) === 0 || first <= room.readPosition + 1;
      if (window?.status === 'ready' && window.after === undefined && holdsUnread) return;
      await reload(roomId);
    },
    async more(roomId: RoomId, direction: 'before' | 'after'): Promise<void> {
      const window = state().windows[roomId];
      const cursor = window?.[direction];
      if (cursor === undefined || window?.loading) return;
      await load(roomId, direction, typeof cursor === 'number' ? { around: cursor } : { [direction]: cursor });
    },
    /** Called while the newest messages are looked at. */
    trim(roomId: RoomId): void {
      const length = state().windows[roomId]?.messages.length ?? 0;
      if (length > MOST) apply({ event: 'history_trimmed', payload: { roomId, keep: KEEP } });
    },
    /** Leaves the place that is shown for the newest messages. */
    latest: (roomId: RoomId): Promise<void> => load(roomId, 'open', {}),
    /** Called when a room is left: a long window costs memory and time to draw, a short one opens at once next time. */
    leave(roomId: RoomId): void {
      const window = state().windows[roomId];
      if (!window) return;
      const small = window.messages.length <= KEEP && window.after === undefined && window.status === 'ready';
      if (!small) apply({ event: 'history_dropped', payload: { roomId } });
    },
    /** Windows that end before the head of their room have missed something. */
    heal(isOpen: (roomId: RoomId) => boolean): void {
      for (const [id, window] of Object.entries(state().windows)) {
        const roomId = id as RoomId;
        const head = state().rooms[roomId]?.head ?? 0;
        const last = window.messages.at(-1)?.position ?? 0;
        const behind = window.after === undefined && !window.loading && last < head;
        if (!behind && !window.error) continue;
        if (isOpen(roomId)) void reload(roomId);
        else apply({ event: 'history_dropped', payload: { roomId } });
      }
    },
  };
}
