import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { root } from './build/sources.ts';
import { builtName, bundleSdk } from './build/web.ts';

/**
 * One port for a developer: Vite answers it and replaces modules in the page, and passes what belongs to the server on to
 * a Hearth that starts anew whenever its sources change. All arguments but `--port` and `--host` go to Hearth.
 */
const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } }, strict: false });
const port = Number(values.port ?? process.env.HEARTH_PORT ?? 3000);
const host = String(values.host ?? process.env.HEARTH_HOST ?? 'localhost');

// The server names the build that lies in web/dist: a page of another one would offer to reload.
process.env.HEARTH_BUILD = await builtName();

const behind = freePort();
const target = `http://127.0.0.1:${behind}`;
const ofTheServer = ['/api', '/sse', '/up', '/readyz', '/metrics', '/public', '/pages'];
const vite = await createServer({
  configFile: join(root, 'web', 'vite.config.ts'),
  server: {
    port,
    host,
    strictPort: true,
    proxy: {
      ...Object.fromEntries(ofTheServer.map((path) => [`^${path}(/|\\?|$)`, { target }])),
      '^/ws(/|\\?|$)': { target, ws: true },
    },
  },
  plugins: [
    {
      name: 'hearth-sdk',
      configureServer: ({ middlewares }) => {
        middlewares.use('/sdk.js', (_request, response, next) => {
          bundleSdk().then((code) => response.setHeader('content-type', 'text/javascript').end(code), next);
        });
      },
    },
  ],
});
await vite.listen().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});

const hearth = Bun.spawn(
  [process.execPath, '--watch', '--no-clear-screen', join(root, 'server', 'main.ts')].concat(
    // The last of several flags decides.
    [...Bun.argv.slice(2), '--port', String(behind), '--host', '127.0.0.1', '--base-path', '/'],
  ),
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
vite.printUrls();

let ending = false;
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  hearth.kill('SIGTERM');
  await Promise.all([hearth.exited, vite.close()]);
  process.exit(code);
}
// Vite would exit by itself, without waiting for Hearth to end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal).on(signal, () => void end(0));
await end(await hearth.exited);

function freePort(): number {
  const probe = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() });
  const found = probe.port ?? 0;
  void probe.stop(true);
  return found;
}
