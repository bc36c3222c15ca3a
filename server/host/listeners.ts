import type { Result } from '@shared/kernel/result.ts';
import type { Consumer } from '../hub/consumers.ts';
import type { Hub } from '../hub/hub.ts';
import type { JournalEvent } from '../hub/journal.ts';
import type { ModuleEvent } from './sdk/context.ts';

/** Deliveries of one event that a listener may fail, until the next event is given a chance. */
const TRIES = 5;

export interface ListenersOptions {
  hub: Pick<Hub, 'consume' | 'rulerOf'>;
  id: string;
  /** Names of events that the module listens to. */
  events: () => readonly string[];
  scopes: () => ReadonlySet<string>;
  /** Hands an event to the module. Rejects where none takes it at the moment. */
  deliver: (event: ModuleEvent) => Promise<Result<void>>;
  /** An event that a listener could not handle, again and again. */
  gaveUp: (event: ModuleEvent, reason: string) => void;
}

const eventOf = ({ seq, channel, offset, event, payload, at }: JournalEvent): ModuleEvent => ({
  seq,
  channel,
  offset,
  event,
  payload: JSON.parse(payload) as Record<string, unknown>,
  at,
});

/** Delivers events of the journal to a module: in order, at least once, those that its scopes let it hear of. */
export function startListeners({ hub, id, events, scopes, deliver, gaveUp }: ListenersOptions): Consumer {
  let failing = { seq: 0, tries: 0 };
  return hub.consume({
    name: `module:${id}`,
    wants({ event, channel }) {
      if (!events().includes(event)) return false;
      const owner = hub.rulerOf(channel)?.module;
      return owner !== undefined && scopes().has(`${owner}:read`);
    },
    async deliver(journalled) {
      const event = eventOf(journalled);
      const handled = await deliver(event);
      if (handled.ok) return;
      failing = { seq: event.seq, tries: failing.seq === event.seq ? failing.tries + 1 : 1 };
      if (failing.tries < TRIES) throw new Error(`A listener of ${id} failed: ${handled.error.message}`);
      gaveUp(event, handled.error.message);
    },
  });
}
