import { events } from '@shared/events.ts';
import { keptEvents, systemEvents } from '@shared/hub/event-names.ts';
import { ANNOUNCEMENT } from '@shared/hub/events.ts';
import type { ServerModule } from '../modules/module.ts';

/**
 * Names that nobody may send through the server side API: a client would take a forged `chat_message` for a message. An
 * announcement is made for being sent.
 */
export function reservedEvents(modules: readonly ServerModule[]): ReadonlySet<string> {
  const reserved = new Set([...systemEvents, ...keptEvents, ...Object.keys(events)]);
  for (const { contract } of modules)
    for (const definition of Object.values(contract.definitions))
      if (definition.kind === 'fn' && definition.event !== undefined) reserved.add(definition.event);
  reserved.delete(ANNOUNCEMENT);
  return reserved;
}
