import { existsSync, readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { writeAtomically } from '../platform/atomic-file.ts';
import type { DataPaths } from '../platform/data-folder.ts';

const RunningServer = z.object({
  pid: z.number().int(),
  version: z.string(),
  /** As people open it, with base path and trailing slash. */
  url: z.url(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
});

/** What a server notes about itself in its data folder, for the commands that talk to it. */
export type RunningServer = z.infer<typeof RunningServer>;

export const noteRunning = (paths: DataPaths, server: RunningServer): void =>
  writeAtomically(paths.running, `${JSON.stringify(server)}\n`, { durable: false });

export const forgetRunning = (paths: DataPaths): void => rmSync(paths.running, { force: true });

/** The note of the last server: it runs only if the folder is held, too. */
export function readRunning(paths: DataPaths): RunningServer | undefined {
  if (!existsSync(paths.running)) return undefined;
  try {
    return RunningServer.parse(JSON.parse(readFileSync(paths.running, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Requests an address of the running server through its control socket, as the machine's administrator. */
export function requestControl(paths: DataPaths, path: string, init: RequestInit = {}): Promise<Response> {
  const address = new URL(path, readRunning(paths)?.url ?? 'http://localhost/');
  // TLS ends at the proxy in front of it.
  address.protocol = 'http:';
  return fetch(address, { ...init, unix: paths.socket, redirect: 'manual' });
}
