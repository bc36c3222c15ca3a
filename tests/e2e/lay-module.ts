import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import { until } from '../support/until.ts';
import type { Dweller, House } from './house.ts';

/** Lays a module of these tests into the house, as somebody does who copies a folder, and waits until it is listed. */
export async function layModule(house: House, admin: Dweller, id: string): Promise<void> {
  cpSync(join(import.meta.dir, id), join(house.data, 'modules', id), { recursive: true });
  await until(async () => (await admin.call<ModuleInfo[]>('modules/list')).some((module) => module.id === id));
}
