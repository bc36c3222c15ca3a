import type { Furnished, ServerJob, Target } from '../workload.ts';
import { serveElysia } from './elysia.ts';
import { serveHearth } from './hearth.ts';
import { serveRaw } from './raw.ts';

/** Starts the server of each target, in the process that it is called in. */
export const servers: Readonly<Record<Target, (job: ServerJob) => Promise<Furnished>>> = {
  hearth: serveHearth,
  alone: serveHearth,
  storeless: serveHearth,
  elysia: serveElysia,
  raw: serveRaw,
};
