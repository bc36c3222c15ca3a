import { stripVTControlCharacters } from 'node:util';

const file = /^(?:::group::)?(\S+\.[jt]sx?):$/;
const second = /^(?:\(pass\)|✓) (.+) \(attempt \d+\)(?: \[[^\]]*\])?$/;

/**
 * Reads the lines that `bun test --retry` prints, and names those tests that passed only when they were tried again:
 * neither its count nor its reports tell them from the others.
 */
export function secondTries() {
  const found = new Set();
  let at = '';
  return {
    read(line) {
      const text = stripVTControlCharacters(line).trim();
      at = file.exec(text)?.[1] ?? at;
      const name = second.exec(text)?.[1];
      if (name) found.add(`passed on the second try: ${at}: ${name}`);
    },
    lines: () => [...found],
  };
}
