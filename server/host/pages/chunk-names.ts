import { basename } from 'node:path';
import type { BuildArtifact } from 'bun';

const nameToken = /-([a-z0-9]{8})\.js$/;
const isText = /\.(?:js|css|html)$/;

/**
 * Bundled files by name. Bun names scripts by where their sources lay: here they are named by what is in them, so that the
 * same page is the same bundle wherever it was made.
 */
export async function nameByContent(outputs: readonly BuildArtifact[]): Promise<Map<string, string | BuildArtifact>> {
  const files = await Promise.all(
    outputs.map(async (output): Promise<[string, string | BuildArtifact]> => {
      const name = basename(output.path);
      return [name, isText.test(name) ? await output.text() : output];
    }),
  );
  const tokens = files.flatMap(([name]) => nameToken.exec(name)?.[1] ?? []);
  if (tokens.length === 0) return new Map(files);
  const anyToken = new RegExp(tokens.join('|'), 'g');

  const renamed = new Map<string, string>();
  const taken = new Set<string>();
  for (const [name, content] of files) {
    const token = nameToken.exec(name)?.[1];
    if (token === undefined || typeof content !== 'string') continue;
    const bare = `${name}\0${content}`.replace(anyToken, '-');
    let fresh: string;
    // Two scripts may be the same but for what they name.
    for (let n = 0; ; n++) {
      fresh = new Bun.CryptoHasher('sha256').update(`${bare}\0${n}`).digest('hex').slice(0, token.length);
      if (!taken.has(fresh)) break;
    }
    taken.add(fresh);
    renamed.set(token, fresh);
  }
  const rename = (text: string): string => text.replace(anyToken, (token) => renamed.get(token) ?? token);
  return new Map(
    files.map(([name, content]) => [rename(name), typeof content === 'string' ? rename(content) : content]),
  );
}
