import type { Hearth, Outgoing } from '@shared/client/types.ts';
import type { Message } from '@shared/chat/schema.ts';
import { Aborted } from '@shared/kernel/errors.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { ChatEvent } from './chat-event.ts';
import type { ChatState, PendingMessage } from './state.ts';

interface OutgoingDeps {
  hearth: Pick<Hearth, 'outbox'>;
  state: () => ChatState;
  apply: (event: ChatEvent) => void;
  now: () => number;
  newId: () => string;
}

/** Our own messages on their way: shown at once, kept by the outbox until the server has answered. */
export function createOutgoing({ hearth, state, apply, now, newId }: OutgoingDeps) {
  const followed = new Set<string>();

  async function follow(outgoing: Outgoing<Message>, pending: PendingMessage): Promise<void> {
    const { roomId, clientId } = pending;
    followed.add(clientId);
    apply({ event: 'message_pending', payload: pending });
    const result = await outgoing.done;
    followed.delete(clientId);
    if (result.ok) apply({ event: 'chat_message', payload: result.data });
    // Given up, here or in another tab.
    else if (result.error.code === Aborted.code) apply({ event: 'message_discarded', payload: { roomId, clientId } });
    else apply({ event: 'message_refused', payload: { roomId, clientId, error: result.error } });
  }

  function enqueue(pending: PendingMessage): void {
    const { roomId, clientId, text } = pending;
    void follow(hearth.outbox.enqueue('chat', 'postMessage', { roomId, clientId, text }, clientId), pending);
  }

  return {
    send: (roomId: RoomId, text: string): void => enqueue({ clientId: newId(), roomId, text, createdAt: now() }),
    retry({ error: _, ...pending }: PendingMessage): void {
      enqueue(pending);
    },
    discard({ roomId, clientId }: PendingMessage): void {
      hearth.outbox.cancel(clientId);
      apply({ event: 'message_discarded', payload: { roomId, clientId } });
    },
    /** Shows what an earlier page of this browser left in the outbox. What waits to be confirmed looks like a refusal. */
    async adopt(): Promise<void> {
      await hearth.outbox.loaded();
      for (const outgoing of hearth.outbox.pending()) {
        const { roomId, clientId, text } = outgoing.input;
        if (outgoing.module !== 'chat' || outgoing.function !== 'postMessage') continue;
        if (typeof clientId !== 'string' || typeof text !== 'string' || typeof roomId !== 'string') continue;
        if (followed.has(clientId) || !(roomId in state().rooms)) continue;
        const pending = { clientId, roomId: roomId as RoomId, text, createdAt: outgoing.createdAt };
        const { held } = outgoing;
        if (held) apply({ event: 'message_pending', payload: { ...pending, error: held } });
        else void follow(outgoing as Outgoing<Message>, pending);
      }
    },
  };
}
