import { type App, type AppOptions, createApp } from './app.ts';
import { systemClock } from './platform/clock.ts';
import { createPeerResolver } from './platform/http/peer.ts';
import { listen } from './platform/http/server.ts';
import { createIds } from './platform/ids.ts';

/** A server that takes requests. */
export interface RunningServer {
  readonly app: App;
  readonly port: number;
  /** Where people open it, with base path and trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

const nameOf = (host: string): string =>
  host === '0.0.0.0' || host === '::' || host === '127.0.0.1' || host === '::1'
    ? 'localhost'
    : host.includes(':')
      ? `[${host}]`
      : host;

/**
 * Starts Hearth: the port first, then the data folder, so that whichever is taken leaves the other untouched. Throws
 * ListenError, DataFolderError or NewerDatabaseError, each with one clear line.
 */
export async function startServer(options: AppOptions): Promise<RunningServer> {
  const { config, log, clock = systemClock } = options;
  const server = listen({
    host: config.host,
    port: config.port,
    clock,
    log,
    ids: createIds(clock),
    peerOf: createPeerResolver(config),
  });
  let app: App;
  try {
    app = await createApp({ ...options, config: { ...config, port: server.port } });
    app.attach(server);
  } catch (error) {
    await server.close(0);
    throw error;
  }
  const url = config.publicUrl?.href ?? `http://${nameOf(config.host)}:${server.port}${config.basePath}/`;
  return { app, port: server.port, url, close: () => app.close() };
}
