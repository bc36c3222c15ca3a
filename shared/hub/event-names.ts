import { z } from 'zod';

/** Of events that the server side API sends: snake_case, as everywhere. */
export const CustomEvent = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/);

/** Of the protocol itself: a client takes them for the server's own word. */
export const systemEvents: readonly string[] = [
  'welcome',
  'ping',
  'pong',
  'authentication',
  'subscribe',
  'unsubscribe',
  'unsubscribed',
  'subscribed',
  'reset',
  'call',
  'cancel',
  'stream',
  'stream_end',
  'ack',
  'error',
  'drain',
];

/** Of parts of Hearth that may come: whoever used such a name for something else would have to rename it then. */
export const keptEvents: readonly string[] = [
  'ai_request',
  'file_upload_request',
  'model_loaded',
  'notification',
  'project_update',
  'ticket_update',
  'workflow_run',
];
