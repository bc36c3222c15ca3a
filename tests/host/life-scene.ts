import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import { type Person, startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';
import { until } from '../support/until.ts';

/** A server whose modules are written, saved and switched by a test. */
export interface LifeScene {
  readonly server: TestServer;
  readonly admin: Person;
  /** Saves a file of a module; `module.ts` unless named. */
  save(id: string, source: string, file?: string): void;
  info(id: string): Promise<ModuleInfo>;
  /** Waits until the module is as the condition says. */
  becomes(id: string, condition: (info: ModuleInfo) => boolean): Promise<ModuleInfo>;
  /** Saves a module and switches it on. */
  start(id: string, source: string): Promise<ModuleInfo>;
  /** What the module's `say` answers, or the code of the error. */
  answer(id: string): Promise<string | undefined>;
  /** Waits until it answers this. */
  says(id: string, text: string): Promise<unknown>;
  stop(): Promise<void>;
}

export async function lifeScene(options: TestServerOptions = {}): Promise<LifeScene> {
  const server = await startTestServer(options);
  const admin = await server.admin();
  const save: LifeScene['save'] = (id, source, file = 'module.ts') => {
    const path = join(server.data, 'modules', id, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, source);
  };
  const find = async (id: string): Promise<ModuleInfo | undefined> =>
    (await admin.get<ModuleInfo[]>('modules/list')).find((module) => module.id === id);
  const info: LifeScene['info'] = async (id) => {
    const found = await find(id);
    if (!found) throw new Error(`There is no module ${id}`);
    return found;
  };
  const becomes: LifeScene['becomes'] = async (id, condition) => {
    let last: ModuleInfo | undefined;
    return until(
      async () => {
        last = await find(id);
        return last && condition(last) ? last : undefined;
      },
      () => `${id} is ${JSON.stringify(last)}`,
    );
  };
  const answer: LifeScene['answer'] = async (id) => {
    const { body } = await admin.call(`${id}/say`);
    return body.ok ? body.data.said : body.error.code;
  };
  return {
    server,
    admin,
    answer,
    says: (id, text) => until(async () => (await answer(id)) === text, `${id} says ${text}`),
    save,
    info,
    becomes,
    async start(id, source) {
      save(id, source);
      await becomes(id, ({ state }) => state !== 'loading');
      return admin.get<ModuleInfo>('modules/enable', { id });
    },
    stop: () => server.stop(),
  };
}

/** A small module: what a test wants of it beside the manifest, and what its function `say` answers. */
export const source = (id: string, { says = 'one', more = '', before = '' } = {}): string => `
import { defineModule, defineError, fail, fn, ok, secret, socket, stream, z } from 'hearth:sdk';
${before}
export default defineModule({
  id: '${id}', version: '1.0.0', title: 'Title of ${id}', engine: '^1.0.0',
  ${more}
  functions: {
    say: fn({ access: 'guest', effect: 'read', summary: 'Says something.', output: z.object({ said: z.string() }) },
      (ctx) => ok({ said: ${JSON.stringify(says)} })),
    ...(typeof functions === 'undefined' ? {} : functions),
  },
});`;
