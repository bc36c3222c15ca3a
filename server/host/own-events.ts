import { reservedEvents } from '../hub/reserved-events.ts';
import type { Registry } from '../modules/registry.ts';
import type { LogRing } from './log-ring.ts';

/** Names that an event of a module may have. */
const EVENT = /^[a-z][a-z0-9_]{0,63}$/;

export interface OwnEventsOptions {
  id: string;
  registry: () => Registry;
  log: LogRing;
  /** Sends an event to whoever subscribes to a channel. */
  publish: (channel: string, event: string, payload: unknown) => void;
}

/** Publishes on a module's own channel what bears a name that it may use; of the rest its log tells. */
export function createOwnEvents({ id, registry, log, publish }: OwnEventsOptions) {
  let reserved: ReadonlySet<string> | undefined;
  return (event: string, payload: unknown): void => {
    reserved ??= reservedEvents(registry().modules);
    if (EVENT.test(event) && !reserved.has(event)) return publish(`module:${id}`, event, payload);
    const why = reserved.has(event) ? 'that is an event of Hearth’s own' : 'it needs lower-case letters, digits and _';
    log.add('warn', 'host', `An event cannot be named ${JSON.stringify(event.slice(0, 80))}: ${why}. It was not sent`);
  };
}
