import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PageOrigin } from '../../server/host/pages/build-page.ts';
import { temporaryFolder } from './folder.ts';

/** A module's folder with these files, and a folder for its data. */
export function pageModule(files: Record<string, string>, page = 'page.html') {
  const folder = temporaryFolder();
  const origin: PageOrigin = {
    id: 'probe',
    folder: join(folder.path, 'modules', 'probe'),
    page: `./${page}`,
    dataFolder: join(folder.path, 'module-data', 'probe'),
  };
  const write = (more: Record<string, string>): void => {
    for (const [name, text] of Object.entries(more)) {
      const path = join(origin.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  };
  write(files);
  mkdirSync(origin.dataFolder, { recursive: true });
  return { ...folder, origin, write };
}
