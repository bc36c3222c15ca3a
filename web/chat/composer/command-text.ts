/** What somebody means by a text: a message, or a command of a module. */
export type Meant = { kind: 'message'; text: string } | { kind: 'command'; name: string; text: string };

/** Phones begin with a capital: commands are written small whatever was typed. */
const command = /^\/([a-z][a-z0-9-]{0,31})(?:\s+([^]*))?$/i;

/**
 * `/dice 2d6` is the command `dice`; `//dice` is the message "/dice". A path such as `/etc/hosts` is no command, and
 * neither is a slash that stands alone.
 */
export function meant(written: string): Meant {
  const text = written.trim();
  if (text.startsWith('//')) return { kind: 'message', text: text.slice(1) };
  const found = command.exec(text);
  const name = found?.[1];
  return name === undefined
    ? { kind: 'message', text }
    : { kind: 'command', name: name.toLowerCase(), text: found?.[2] ?? '' };
}

/** The beginning of a command's name while it is typed: `''` after the slash; undefined once there is more. */
export function nameBeingTyped(text: string): string | undefined {
  return /^\/([a-z][a-z0-9-]{0,31})?$/i.exec(text) ? text.slice(1).toLowerCase() : undefined;
}
