import type { Import } from './sources.ts';

/** Folders of `server/` and `web/` that are no domain. */
const serverLayers = ['platform', 'hub', 'modules', 'migrations', 'cli', 'verify', 'bench'];
const webLayers = ['platform', 'ui', 'i18n', 'public', 'shell'];
const composition = ['server/app.ts', 'server/main.ts'];
const ours = /^(shared|server|web|tests|\.scripts)\//;
const clientLibraries = ['idb', 'eventsource-parser'];

/** Why a file may not import what it imports; empty where all is well. Rules: ARCHITECTURE.md, "Import rules". */
export function violations(path: string, imported: Import): string[] {
  const { to } = imported;
  const [tree = '', folder = ''] = path.split('/');
  const found: string[] = [];
  const forbid = (reason: string) => found.push(`${path} imports ${to}: ${reason}`);
  const isOurs = ours.test(to);

  if (tree === 'shared') {
    const allowed = to === 'zod' || (folder === 'client' && clientLibraries.some((name) => name === to));
    if (!(isOurs ? to.startsWith('shared/') : allowed)) forbid('shared imports zod and shared');
  }
  if (tree === 'web') {
    if (isOurs && !to.startsWith('web/') && !to.startsWith('shared/'))
      forbid('web imports shared and nothing of server');
    const domain = to.startsWith('web/') ? domainOf(to, webLayers) : undefined;
    if (folder === 'ui' && domain) forbid('web/ui knows no domain');
  }
  if (tree === 'server') serverViolations(path, to, forbid);
  if (isOurs && tree !== 'tests' && to.startsWith('tests/')) forbid('only tests import tests');
  return found;
}

function serverViolations(path: string, to: string, forbid: (reason: string) => void): void {
  const folder = path.split('/')[1] ?? '';
  const own = domainOf(path, serverLayers);
  const other = to.startsWith('server/') ? domainOf(to, serverLayers) : undefined;
  const below = (...prefixes: string[]) => prefixes.some((prefix) => to.startsWith(prefix));

  if (to.startsWith('web/')) forbid('the server does not import the web app');
  if (folder === 'platform' && ours.test(to) && !below('server/platform/', 'shared/kernel/'))
    forbid('platform imports shared/kernel only');
  if ((folder === 'hub' || folder === 'modules') && other) forbid('hub and modules know no domain');
  if (own && other && own !== other && to !== `server/${other}/${other}.ts`)
    forbid(`another domain is reached through server/${other}/${other}.ts`);
  if (!own && other && !composition.includes(path)) forbid('only app.ts knows the domains');
  for (const tool of ['verify', 'bench'])
    if (below(`server/${tool}/`) && ![tool, 'cli'].includes(folder)) forbid(`only the command line imports ${tool}`);
  if (to === 'server/app.ts' && own) forbid('a domain does not know the whole');
  if (to.endsWith('/tables.ts') && !/\/(store|tables)\.ts$/.test(path)) forbid('only store.ts imports tables.ts');
  const isYardstick = path === 'server/bench/servers/elysia.ts';
  if (/^(elysia$|elysia\/|@elysiajs\/)/.test(to) && !['platform', 'hub', 'modules'].includes(folder) && !isYardstick)
    forbid('only platform, hub and modules import Elysia');
  if (to.startsWith('@elysiajs/') && !path.startsWith('server/platform/http/'))
    forbid('plugins of Elysia live in platform/http');
}

/** `chat` of `server/chat/rooms.ts`; undefined for a layer, and for a file right in `server/`. */
export function domainOf(path: string, layers: readonly string[] = serverLayers): string | undefined {
  const [, folder, ...rest] = path.split('/');
  return folder && rest.length > 0 && !layers.includes(folder) ? folder : undefined;
}

/** A way from a node back to itself, or undefined. */
export function findCircle(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const finished = new Set<string>();
  const visit = (node: string, trail: string[]): string[] | undefined => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (finished.has(node)) return undefined;
    for (const next of edges.get(node) ?? []) {
      const circle = visit(next, [...trail, node]);
      if (circle) return circle;
    }
    finished.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const circle = visit(node, []);
    if (circle) return circle;
  }
  return undefined;
}
