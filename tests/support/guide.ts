import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One request of the guide to modules, and the lines that it says come back. */
export interface Step {
  /** As it stands there. */
  line: string;
  /** `→` lines without their arrow; `←` lines are what a socket says, in between. */
  expected: { from: 'server' | 'client'; text: string }[];
}

export interface Guide {
  /** Files of its modules: `guestbook/module.ts` → text. */
  files: Map<string, string>;
  modules: string[];
  steps: Step[];
}

/** Reads the examples of the guide: files by the name behind the language, requests out of `http` blocks. */
export function readGuide(file: string): Guide {
  const text = readFileSync(file, 'utf8');
  const files = new Map<string, string>();
  const steps: Step[] = [];
  for (const [, language = '', name = '', body = ''] of text.matchAll(/^```(\w+) ?([^\n]*)\n(.*?)^```$/gms)) {
    if (language !== 'http') files.set(name, body);
    else
      for (const line of body.trimEnd().split('\n')) {
        const arrow = /^([→←]) ?(.*)$/.exec(line);
        if (!arrow) steps.push({ line, expected: [] });
        else steps.at(-1)?.expected.push({ from: arrow[1] === '→' ? 'server' : 'client', text: arrow[2] ?? '' });
      }
  }
  return { files, modules: [...new Set([...files.keys()].map((name) => name.split('/')[0] ?? ''))], steps };
}

/** Puts the guide's modules where Hearth finds them. */
export function writeModules(guide: Guide, data: string): void {
  for (const [name, text] of guide.files) {
    const path = join(data, 'modules', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
