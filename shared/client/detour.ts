/** What a client needs where no socket passes, as one piece that is loaded then. */
export { createFallback } from './fallback.ts';
export { createStreamSlots } from './stream-slots.ts';
