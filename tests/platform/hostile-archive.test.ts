import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { backUp } from '../../server/platform/backup/backup.ts';
import { BackupError } from '../../server/platform/backup/backup-error.ts';
import { restore } from '../../server/platform/backup/restore.ts';
import { packTar } from '../../server/platform/backup/tar.ts';
import { dataPaths } from '../../server/platform/data-folder.ts';
import { NewerDatabaseError } from '../../server/platform/db/migrate.ts';
import { makeDataFolder, testIds, withDatabase } from '../support/data-folder.ts';
import { migrationsFolder } from '../support/db.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { temporaryFolder } from '../support/folder.ts';

interface Entry {
  name: string;
  content: Uint8Array;
  encoded?: boolean;
}

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

const manifestOf = (entries: readonly Entry[], more: object = {}): Entry => ({
  name: 'manifest.json',
  content: Buffer.from(
    JSON.stringify({
      format: 1,
      hearth: '0.1.0',
      createdAt: 0,
      migration: 0,
      files: entries.map(({ content, ...rest }) => ({ ...rest, size: content.byteLength, sha256: sha256(content) })),
      ...more,
    }),
  ),
});

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  async function* files() {
    for (const { name, content } of entries)
      yield {
        name,
        size: content.byteLength,
        content: (async function* () {
          yield content;
        })(),
      };
  }
  const parts: Uint8Array[] = [];
  for await (const part of packTar(files(), 0)) parts.push(part);
  return Buffer.concat(parts);
}

/** Changes a header and mends its checksum, as somebody would who means harm. */
const forge = (tar: Buffer, at: number, change: (header: Buffer) => void): Buffer => {
  const forged = Buffer.from(tar);
  const header = forged.subarray(at, at + 512);
  change(header);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return forged;
};

const note = (name: string): Entry => ({ name, content: Buffer.from('owned') });

/** A team, a whole backup of it, and a way to hold another file against it. */
async function scene(root: string) {
  const folder = join(root, 'data');
  const paths = dataPaths(folder);
  makeDataFolder(folder, 'x');
  const target = join(root, 'good.hearth');
  await backUp({ paths, target, force: false, version: '0.1.0', now: 0, ids: testIds });
  const good = gunzipSync(readFileSync(target));
  const database: Entry = { name: 'hearth.db', content: databaseIn(good) };
  return {
    good,
    database,
    tryRestoring: async (file: Uint8Array): Promise<unknown> => {
      writeFileSync(target, file);
      const before = fingerprint(root);
      const error: unknown = await restore({
        file: target,
        folder,
        migrations: migrationsFolder,
        now: 0,
        ids: testIds,
        passphrase: () => Promise.resolve('correct horse'),
        worthlessWithoutKeys: [],
      }).catch((thrown: unknown) => thrown);
      expect(fingerprint(root)).toEqual(before);
      return error;
    },
  };
}

/** The second entry of an archive, behind the manifest. */
function databaseIn(tar: Buffer): Buffer {
  const sizeAt = (at: number): number => Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
  const second = 512 + Math.ceil(sizeAt(0) / 512) * 512;
  return tar.subarray(second + 512, second + 512 + sizeAt(second));
}

const invalid = (error: unknown): void => {
  expect(error).toBeInstanceOf(BackupError);
  expect((error as BackupError).problem).toBe('invalid');
  expect((error as BackupError).message).not.toContain('\n');
};

describe('a restore refuses, with everything as it was,', () => {
  test.each([
    '../evil',
    '/etc/evil',
    'blobs/../../evil',
    'blobs/./evil',
    'blobs//evil',
    'blobs\\..\\evil',
    'C:/evil',
    'secrets.json',
    'hearth.db-wal',
    'high-water.json',
    'blobs/a\u0000b',
    'blobs',
  ])('a file named %p', async (name) => {
    using root = temporaryFolder();
    const { database, tryRestoring } = await scene(root.path);
    const entries = [database, note(name)];
    invalid(await tryRestoring(gzipSync(await tarOf([manifestOf(entries), ...entries]))));
    expect(readdirSync(root.path).toSorted()).toEqual(['data', 'good.hearth']);
  });

  test.each([
    'blobs/..%2F..%2Fevil',
    'blobs/%2E%2E/evil',
    'blobs/a%00b',
    'blobs/%61',
    'blobs/%3a',
    'blobs/%zz',
    'blobs/%FF',
    'blobs/../evil%3A',
    'secrets%2Ejson',
  ])('a file whose encoded name is %p', async (name) => {
    using root = temporaryFolder();
    const { database, tryRestoring } = await scene(root.path);
    const entries = [database, { ...note(name), encoded: true }];
    invalid(await tryRestoring(gzipSync(await tarOf([manifestOf(entries), ...entries]))));
  });

  test.each([
    ['a symbolic link', '2'],
    ['a hard link', '1'],
    ['a device', '3'],
    ['a folder', '5'],
    ['a pipe', '6'],
    ['an extended header', 'x'],
    ['a GNU long name', 'L'],
  ])('%s', async (_what, type) => {
    using root = temporaryFolder();
    const { database, tryRestoring } = await scene(root.path);
    const entries = [note('blobs/a'), database];
    const manifest = manifestOf(entries);
    const second = 512 + Math.ceil(manifest.content.byteLength / 512) * 512;
    const tar = forge(await tarOf([manifest, ...entries]), second, (header) => {
      header.write(type, 156, 'latin1');
      header.write('/etc/passwd', 157, 'latin1');
    });
    invalid(await tryRestoring(gzipSync(tar)));
  });

  test('a file that is cut off, wherever that is', async () => {
    using root = temporaryFolder();
    const { good, tryRestoring } = await scene(root.path);
    const whole = gzipSync(good);
    for (const part of [0, 0.01, 0.3, 0.6, 0.99])
      invalid(await tryRestoring(whole.subarray(0, Math.floor(whole.byteLength * part))));
    for (const bytes of [100, 512, 600, 1024, 4096]) invalid(await tryRestoring(gzipSync(good.subarray(0, bytes))));
  });

  test('a file with something behind its end', async () => {
    using root = temporaryFolder();
    const { good, tryRestoring } = await scene(root.path);
    const more = Buffer.from('more');
    invalid(await tryRestoring(gzipSync(Buffer.concat([good, more]))));
    invalid(await tryRestoring(Buffer.concat([gzipSync(good), gzipSync(more)])));
  });

  test('an extended header that gives an innocent file another path', async () => {
    using root = temporaryFolder();
    const { database, tryRestoring } = await scene(root.path);
    const blob = note('blobs/a');
    const manifest = manifestOf([blob, database]);
    const extension = { name: 'extension', content: Buffer.from('19 path=blobs/../x\n') };
    const second = 512 + Math.ceil(manifest.content.byteLength / 512) * 512;
    const tar = forge(await tarOf([manifest, extension, blob, database]), second, (header) => {
      header.write('x', 156, 'latin1');
    });
    invalid(await tryRestoring(gzipSync(tar)));
  });

  test('a file of which one bit is another', async () => {
    using root = temporaryFolder();
    const { good, database, tryRestoring } = await scene(root.path);
    const start = good.indexOf(database.content.subarray(0, 512));
    for (const at of [5, 130, 600, start + 100, start + 5000]) {
      const changed = Buffer.from(good);
      changed[at] = (changed[at] ?? 0) ^ 1;
      invalid(await tryRestoring(gzipSync(changed)));
    }
  });

  test('a file that is something else', async () => {
    using root = temporaryFolder();
    const { tryRestoring } = await scene(root.path);
    invalid(await tryRestoring(Buffer.from('PK\u0003\u0004 something else altogether')));
    invalid(await tryRestoring(gzipSync(Buffer.alloc(4096, 'a'))));
    invalid(await tryRestoring(gzipSync(Buffer.alloc(4096))));
    invalid(await tryRestoring(gzipSync(await tarOf([note('readme.txt')]))));
  });

  test('more, less, or something else than the manifest says', async () => {
    using root = temporaryFolder();
    const { database, tryRestoring } = await scene(root.path);
    const [blob, other] = [note('blobs/a'), note('blobs/b')];
    const archives = [
      [manifestOf([database]), database, blob],
      [manifestOf([database, blob]), database],
      [manifestOf([database, blob]), blob, database],
      [manifestOf([database, blob]), database, other],
      [manifestOf([database, blob, blob]), database, blob, blob],
      [manifestOf([database]), { name: 'hearth.db', content: Buffer.alloc(database.content.byteLength) }],
      [manifestOf([blob]), blob],
      [database, manifestOf([database])],
    ];
    for (const entries of archives) invalid(await tryRestoring(gzipSync(await tarOf(entries))));
  });

  test('more than the disk has room for, before it writes anything', async () => {
    using root = temporaryFolder();
    const { database, tryRestoring } = await scene(root.path);
    const files = [
      { name: 'hearth.db', size: database.content.byteLength, sha256: sha256(database.content) },
      { name: 'blobs/a', size: 2 ** 52, sha256: sha256(database.content) },
    ];
    const error = await tryRestoring(gzipSync(await tarOf([manifestOf([], { files }), database])));
    expect((error as BackupError).problem).toBe('storage');
  });

  test('a file that swells to more than its header says', async () => {
    using root = temporaryFolder();
    const { database, tryRestoring } = await scene(root.path);
    const bomb = { name: 'blobs/a', content: Buffer.alloc(64 * 2 ** 20) };
    const manifest = manifestOf([database, bomb], {
      files: manifestFiles([database, { ...bomb, content: Buffer.alloc(10) }]),
    });
    invalid(await tryRestoring(gzipSync(await tarOf([manifest, database, bomb]))));
  });

  test('a backup of a later format or a newer version, and says so', async () => {
    using root = temporaryFolder();
    const { database, tryRestoring } = await scene(root.path);
    const later = await tryRestoring(gzipSync(await tarOf([manifestOf([database], { format: 2 }), database])));
    expect((later as BackupError).problem).toBe('newer');

    const file = join(root.path, 'later.db');
    writeFileSync(file, database.content);
    withDatabase(file, (sqlite) =>
      sqlite.run(`INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('later', 9999999999999)`),
    );
    const newer: Entry = { name: 'hearth.db', content: readFileSync(file) };
    expect(await tryRestoring(gzipSync(await tarOf([manifestOf([newer]), newer])))).toBeInstanceOf(NewerDatabaseError);
  });

  test('a database that is damaged, or somebody else’s, however well it is wrapped', async () => {
    using root = temporaryFolder();
    const { database, tryRestoring } = await scene(root.path);
    const file = join(root.path, 'other.db');
    writeFileSync(file, database.content);
    truncateSync(file, 9000);
    const damaged: Entry = { name: 'hearth.db', content: readFileSync(file) };
    writeFileSync(file, database.content);
    withDatabase(file, (sqlite) => sqlite.run('DROP TABLE __drizzle_migrations'));
    const foreign: Entry = { name: 'hearth.db', content: readFileSync(file) };
    const empty: Entry = { name: 'hearth.db', content: Buffer.alloc(0) };
    for (const entry of [damaged, foreign, empty])
      invalid(await tryRestoring(gzipSync(await tarOf([manifestOf([entry]), entry]))));
  });

  test('sealed keys that somebody changed or made up', async () => {
    using root = temporaryFolder();
    const { database, tryRestoring } = await scene(root.path);
    for (const text of ['', '{}', 'x'.repeat(100), JSON.stringify({ salt: '!', nonce: '', tag: '', data: '' })]) {
      const keys: Entry = { name: 'keys.sealed.json', content: Buffer.from(text) };
      invalid(await tryRestoring(gzipSync(await tarOf([manifestOf([database, keys]), database, keys]))));
    }
    const keys: Entry = {
      name: 'keys.sealed.json',
      content: Buffer.from(JSON.stringify({ salt: 'AAAA', nonce: 'AAAAAAAAAAAAAAAA', tag: 'AAAA', data: 'AAAA' })),
    };
    const error = await tryRestoring(gzipSync(await tarOf([manifestOf([database, keys]), database, keys])));
    expect((error as BackupError).problem).toBe('passphrase');
  });
});

function manifestFiles(entries: readonly Entry[]) {
  return entries.map(({ name, content }) => ({ name, size: content.byteLength, sha256: sha256(content) }));
}
