import { isAbsolute, normalize } from 'node:path';
import { z } from 'zod';
import { Description } from './description.ts';
import { LoadError } from './instance.ts';
import { sdkVersion } from './sdk/sdk.ts';
import { isSecret } from './settings.ts';

/** Characters of a manifest as JSON, schemas included: it is kept in memory and stands in the API page. */
const MOST = 512 * 1024;

const leadsOut = (path: string): boolean =>
  path.includes('\0') || isAbsolute(path) || /^\.\.(?:[/\\]|$)/.test(normalize(path));

/** Where a schema has secrets that are not a field of the form each: those could be neither sealed nor hidden. */
function* hiddenSecrets(schema: unknown, path: readonly string[]): Iterable<string> {
  if (typeof schema !== 'object' || schema === null) return;
  if ('x-secret' in schema && schema['x-secret'] === true) yield path.filter((name) => name !== 'properties').join('.');
  for (const [name, part] of Object.entries(schema)) yield* hiddenSecrets(part, [...path, name]);
}

function* misplacedSecrets(settings: Record<string, unknown> | null): Iterable<string> {
  const { properties = {}, ...rest } = settings ?? {};
  yield* hiddenSecrets(rest, []);
  for (const [field, schema] of Object.entries(properties as object))
    if (!isSecret(schema)) yield* hiddenSecrets(schema, [field]);
}

function* problems(description: Description, id: string): Iterable<string> {
  if (description.id !== id) yield `id is "${description.id}", but the folder is called "${id}"`;
  if (!Bun.semver.satisfies(sdkVersion, description.engine))
    yield `engine "${description.engine}" does not allow hearth:sdk ${sdkVersion}`;
  const names = [description.functions, description.streams, description.sockets].flatMap(Object.keys);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) yield `two things are called ${twice}`;
  for (const [name, { cron, everySeconds }] of Object.entries(description.schedules))
    if ((cron === null) === (everySeconds === null)) yield `schedules.${name} needs either cron or everySeconds`;
  if (description.page !== null && leadsOut(description.page))
    yield `page "${description.page}" leads out of the folder`;
  for (const place of misplacedSecrets(description.settings))
    yield `settings: the secret at ${place} has to be a field of its own, not within another one`;
  const { channel, tile } = description;
  if (tile && description.streams[tile.stream]?.events.reading === undefined)
    yield `tile.stream has to name a stream that yields "reading" events`;
  if (channel && !description.streams[channel.stream]) yield 'channel.stream has to name a stream';
}

/** What a process says its module is, believed once it was read. Throws LoadError with everything that is wrong. */
export function readDescription(told: unknown, id: string): Description {
  if ((JSON.stringify(told) ?? '').length > MOST)
    throw new LoadError(`the manifest is larger than ${MOST / 1024} KiB with its schemas`);
  const parsed = z.safeParse(Description, told);
  if (!parsed.success)
    throw new LoadError(
      parsed.error.issues
        .slice(0, 10)
        .map(({ path, message }) => `${path.join('.') || 'the manifest'}: ${message}`)
        .join('\n'),
    );
  const wrong = [...problems(parsed.data, id)];
  if (wrong.length > 0) throw new LoadError(wrong.join('\n'));
  return parsed.data;
}
