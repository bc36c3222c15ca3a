import { readdir, readFile } from 'node:fs/promises';

/** A file's text, or null where it is missing or unreadable: a container offers only part of /proc and /sys. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

/** The first line as a number, or null where there is none. */
export async function readNumber(path: string): Promise<number | null> {
  const text = await readText(path);
  return text === null ? null : parseNumber(text.trim());
}

export async function listNames(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch {
    return [];
  }
}

/** A finite decimal number, or null: an empty field is unknown, not 0. */
export function parseNumber(text: string | undefined): number | null {
  if (!text || !/^[+-]?\d+(\.\d+)?$/.test(text)) return null;
  return Number(text);
}
