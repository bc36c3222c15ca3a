import { rmSync } from 'node:fs';
import { databaseFile, filesFolder } from './databases.ts';
import type { Description } from './description.ts';
import { muteHostApi } from './host-api.ts';
import { type Launcher, type LaunchOptions, LoadError } from './instance.ts';
import type { LogRing } from './log-ring.ts';
import { scheduleProblem } from './schedules.ts';
import { copySource } from './source-copy.ts';

export interface InspectOptions {
  id: string;
  /** Its source. Absolute, as all folders here. */
  folder: string;
  /** Where a copy of the source lies for as long as this takes. */
  copy: string;
  /** Where it keeps its things; only looked at. */
  data: string;
  /** Number of its database. */
  database: number;
  launcher: Launcher;
  log: LogRing;
  most: LaunchOptions['most'];
}

/** Throws LoadError for what the launchers do not know: whether schedules can be kept. */
export function checkSchedules({ schedules }: Description): void {
  for (const [name, schedule] of Object.entries(schedules)) {
    const problem = scheduleProblem(schedule);
    if (problem !== undefined) throw new LoadError(`Its schedule ${name} cannot be kept: ${problem}`);
  }
}

/** Reads what a module says of itself. Nothing of it runs afterwards. Rejects with LoadError. */
export async function inspectModule(options: InspectOptions): Promise<Description> {
  const { id, folder, copy, data, database, launcher, log, most } = options;
  await copySource(folder, copy);
  try {
    const prepared = await launcher.prepare({
      id,
      folder: copy,
      dataFolder: filesFolder(data),
      database: databaseFile(data, database),
      settings: {},
      host: muteHostApi(log),
      most,
    });
    await prepared.discard();
    checkSchedules(prepared.description);
    return prepared.description;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
