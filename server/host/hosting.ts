import { join } from 'node:path';
import { ownCommand } from '../platform/own-command.ts';
import { createHost, type Host, type HostOptions } from './host.ts';
import { createIsolatedLauncher } from './isolated.ts';
import { createPages, type Pages } from './pages/pages.ts';
import { deriveKey } from './secrets.ts';
import { shippedModules } from './shipped.ts';
import { createTrustedLauncher } from './trusted.ts';

/** Milliseconds that a module may take to load, and to start. */
const START = 10_000;

export interface HostingOptions extends Omit<HostOptions, 'isolated' | 'trusted' | 'shipped' | 'pages' | 'most'> {
  basePath: string;
  /** MiB and number. */
  most: { memory: number; instances: number };
  /** Holds what modules answer against their own schemas. */
  checkOutput: boolean;
}

export interface Hosting extends Host {
  readonly pages: Pages;
  /** After the modules have stopped. */
  close(): void;
}

/** The host with all it takes to run modules for real: processes, pages, and the modules that come with Hearth. */
export async function createHosting({ basePath, most, checkOutput, ...options }: HostingOptions): Promise<Hosting> {
  const { clock, folder, moduleKey } = options;
  const isolated = createIsolatedLauncher({
    command: ownCommand,
    socketFolder: join(folder, '.m'),
    clock,
    checkOutput,
  });
  const pages = createPages({
    basePath,
    clock,
    key: deriveKey(moduleKey, 'module pages'),
    scopesOf: (id) => host.scopesOf(id),
  });
  const host = await createHost({
    ...options,
    isolated,
    trusted: createTrustedLauncher({ clock, checkOutput }),
    most: { memory: most.memory * 2 ** 20, loadTimeout: START, instances: most.instances },
    shipped: shippedModules(),
    pages,
  });
  return { ...host, pages, close: () => isolated[Symbol.dispose]() };
}
