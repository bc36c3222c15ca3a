import { events } from '@shared/events.ts';
import { keptEvents, systemEvents } from '@shared/hub/event-names.ts';
import type { ServerModule } from '../modules/module.ts';

/** Names that are Hearth's own: a client would take a forged `chat_message` for a message, whatever channel it came on. */
export function reservedEvents(modules: readonly ServerModule[]): ReadonlySet<string> {
  const reserved = new Set([...systemEvents, ...keptEvents, ...Object.keys(events)]);
  for (const { contract } of modules)
    for (const definition of Object.values(contract.definitions))
      if (definition.kind === 'fn' && definition.event !== undefined) reserved.add(definition.event);
  return reserved;
}
