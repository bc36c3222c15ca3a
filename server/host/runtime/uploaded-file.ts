import { copyFile, mkdir, realpath, rename, rm } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import type { ReceivedFile } from '../instance.ts';
import type { UploadedFile } from '../sdk/context.ts';
import { below } from './within-folder.ts';

const move = async (from: string, to: string): Promise<void> => {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from);
  }
};

/** A received file as the module sees it. `folder` is the module's own, which files are moved into. */
export const uploadedFile = (received: ReceivedFile, folder: string): UploadedFile => ({
  ...received,
  async moveTo(relativePath) {
    const refused = new Error(
      `Files are moved below the module's folder: ${JSON.stringify(relativePath)} leads out of it`,
    );
    const target = below(folder, relativePath);
    if (target === undefined) throw refused;
    await mkdir(dirname(target), { recursive: true });
    const [root, parent] = await Promise.all([realpath(folder), realpath(dirname(target))]);
    if (parent !== root && !parent.startsWith(root + sep)) throw refused;
    await move(received.path, target);
    return target;
  },
});
