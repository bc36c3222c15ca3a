import type { Stats } from 'node:fs';

/** A strong entity tag of some bytes; `variant` keeps the tags of differently coded bodies apart. */
export function entityTag(content: Uint8Array, variant = ''): string {
  const hash = new Bun.CryptoHasher('sha256').update(content).digest('base64url').slice(0, 22);
  return `"${hash}${variant && `-${variant}`}"`;
}

/** The entity tag of a file: another one once it was written again. */
export const fileTag = ({ size, mtimeMs }: Pick<Stats, 'size' | 'mtimeMs'>): string =>
  `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`;

/** Whether `If-None-Match` names this tag, so that the client has the content already (weak comparison, RFC 9110). */
export function matchesEntityTag(header: string | null, tag: string): boolean {
  if (header === null) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === tag);
}
