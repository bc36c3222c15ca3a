import { chownSync, closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes the names in a folder durable: a rename is not, before its folder is synced. */
export function syncFolder(folder: string): void {
  // Windows cannot open folders, and keeps renames durable by itself.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Gives what root made in somebody's folder to that somebody: their server could not open it otherwise. */
export function giveToOwnerOf(folder: string, path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  chownSync(path, uid, gid);
}

export interface WriteOptions {
  /** Survives a power cut once this returns; costs two syncs. */
  durable: boolean;
}

/** Replaces a file so that a reader finds the old or the new content, never half of it. Mode 0600. */
export function writeAtomically(file: string, content: string | Uint8Array, { durable }: WriteOptions): void {
  const temporary = `${file}.tmp`;
  // A leftover may have another mode, and `wx` never follows a link.
  rmSync(temporary, { force: true });
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    try {
      writeFileSync(handle, content);
      if (durable) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    giveToOwnerOf(dirname(file), temporary);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (durable) syncFolder(dirname(file));
}
