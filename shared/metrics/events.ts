import { Sample } from './schema.ts';

/** Latest value on `system:metrics`. */
export const METRICS_CHANNEL = 'system:metrics';
export const metricsEvents = { system_metrics: Sample };
