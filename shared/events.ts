import { chatEvents } from './chat/events.ts';
import { hubEvents } from './hub/events.ts';
import { metricsEvents } from './metrics/events.ts';
import { moduleEvents } from './modules/events.ts';
import { peopleEvents } from './people/events.ts';

/** Every event that built-in modules send over the hub, by name. */
export const events = { ...chatEvents, ...metricsEvents, ...peopleEvents, ...moduleEvents, ...hubEvents };
export type EventMap = { [K in keyof typeof events]: (typeof events)[K]['_zod']['output'] };
export type EventName = keyof EventMap;
