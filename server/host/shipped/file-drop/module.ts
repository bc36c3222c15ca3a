import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallContext, Result } from 'hearth:sdk';
import { createChanges, defineError, defineModule, fail, file, fn, ok, stream, z } from 'hearth:sdk';

const FileNotFound = defineError('files.not_found', 404, 'There is no such file');
const TooBig = defineError('files.too_big', 413, 'The file is larger than this Hearth allows');
const WrongOffset = defineError('files.wrong_offset', 409, 'Go on at byte {received}');
const Incomplete = defineError('files.incomplete', 409, 'Only {received} bytes have arrived');
const NotYours = defineError('files.not_yours', 403, 'Only its owner and admins may remove a file');
const NoFile = defineError('files.no_file', 422, 'Send one file');

/** Bytes of a part: few enough to try one again, many enough to be quick. */
const PART = 8 * 1024 * 1024;
const DAY = 24 * 60 * 60 * 1000;

const Name = z.string().trim().min(1).max(255);
const FileInfo = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  size: z.number(),
  ownerId: z.string(),
  ownerName: z.string(),
  createdAt: z.number(),
});
export type FileInfo = z.infer<typeof FileInfo>;
const ById = z.object({ id: z.uuid() });

const columns = 'id, name, type, size, owner_id AS ownerId, owner_name AS ownerName, created_at AS createdAt';
const whole = (ctx: CallContext, id: string): string => join(ctx.folder, 'files', id);
const partial = (ctx: CallContext, id: string): string => join(ctx.folder, 'partial', id);

const list = createChanges();

const find = (ctx: CallContext, id: string, done: 0 | 1): FileInfo | null =>
  ctx.db.query<FileInfo, [string, number]>(`SELECT ${columns} FROM files WHERE id = ? AND done = ?`).get(id, done);

function insert(ctx: CallContext, info: { name: string; type: string; size: number }, done: 0 | 1): FileInfo {
  const { id: ownerId = '', name: ownerName = '' } = ctx.user ?? {};
  const row = { id: crypto.randomUUID(), ...info, ownerId, ownerName, createdAt: Date.now() };
  ctx.db
    .query(
      'INSERT INTO files (id, name, type, size, owner_id, owner_name, created_at, done) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(row.id, row.name, row.type, row.size, ownerId, ownerName, row.createdAt, done);
  return row;
}

/** How much of a begun file is here. */
const received = async (ctx: CallContext, id: string): Promise<number> =>
  stat(partial(ctx, id)).then(
    ({ size }) => size,
    () => 0,
  );

/** A file that the caller began to send. */
async function begun(ctx: CallContext, id: string): Promise<Result<FileInfo>> {
  const info = find(ctx, id, 0);
  return info && info.ownerId === ctx.user?.id ? ok(info) : fail(FileNotFound);
}

const limitOf = (ctx: CallContext<{ maxGigabytes: number }>): number => ctx.settings.maxGigabytes * 1024 ** 3;

export default defineModule({
  id: 'file-drop',
  version: '1.0.0',
  title: 'File drop',
  description: 'Files for the whole team: large ones in parts, with progress and resume.',
  engine: '^1.0.0',
  page: './page.tsx',
  settings: z.object({
    maxGigabytes: z.number().min(0.001).max(1000).default(10).describe('Largest file, in GiB'),
  }),
  migrations: [
    `CREATE TABLE files (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, size INTEGER NOT NULL, owner_id TEXT NOT NULL,
      owner_name TEXT NOT NULL, created_at INTEGER NOT NULL, done INTEGER NOT NULL
    )`,
  ],
  start: async (ctx) => {
    await mkdir(join(ctx.folder, 'files'), { recursive: true });
    await mkdir(join(ctx.folder, 'partial'), { recursive: true });
  },

  functions: {
    list: fn(
      { access: 'member', effect: 'read', summary: 'All files, the newest first.', output: z.array(FileInfo) },
      (ctx) =>
        ok(ctx.db.query<FileInfo, []>(`SELECT ${columns} FROM files WHERE done = 1 ORDER BY created_at DESC`).all()),
    ),
    upload: fn(
      {
        access: 'member',
        effect: 'write',
        summary: 'Sends one file in one request.',
        output: FileInfo,
        errors: [NoFile, TooBig],
        files: { maxCount: 1, maxBytes: 1000 * 1024 ** 3 },
      },
      async (ctx) => {
        const [sent] = ctx.files;
        if (!sent) return fail(NoFile);
        if (sent.size > limitOf(ctx)) return fail(TooBig);
        const info = insert(ctx, { name: sent.name.slice(0, 255) || 'file', type: sent.type, size: sent.size }, 1);
        await sent.moveTo(join('files', info.id));
        list.tell();
        return ok(info);
      },
    ),
    begin: fn(
      {
        access: 'member',
        effect: 'write',
        summary: 'Announces a file that comes in parts.',
        input: z.object({ name: Name, type: z.string().max(200).default(''), size: z.number().int().nonnegative() }),
        output: z.object({ id: z.string(), partBytes: z.number() }),
        errors: [TooBig],
      },
      (ctx, input) =>
        input.size > limitOf(ctx) ? fail(TooBig) : ok({ id: insert(ctx, input, 0).id, partBytes: PART }),
    ),
    part: fn(
      {
        access: 'member',
        effect: 'write',
        summary: 'The next part of a file; parts come in order.',
        input: ById.extend({ offset: z.coerce.number().int().nonnegative() }),
        output: z.object({ received: z.number() }),
        errors: [FileNotFound, WrongOffset, NoFile, TooBig],
        files: { maxCount: 1, maxBytes: PART },
      },
      async (ctx, { id, offset }) => {
        const info = await begun(ctx, id);
        if (!info.ok) return info;
        const [sent] = ctx.files;
        if (!sent) return fail(NoFile);
        const here = await received(ctx, id);
        if (offset !== here) return fail(WrongOffset, { received: here });
        if (here + sent.size > info.data.size) return fail(TooBig);
        const target = await open(partial(ctx, id), 'a');
        try {
          for await (const chunk of Bun.file(sent.path).stream()) await target.write(chunk);
        } finally {
          await target.close();
        }
        return ok({ received: here + sent.size });
      },
    ),
    progress: fn(
      {
        access: 'member',
        effect: 'read',
        summary: 'How much of a begun file has arrived: where to go on after a break.',
        input: ById,
        output: z.object({ received: z.number(), partBytes: z.number() }),
        errors: [FileNotFound],
      },
      async (ctx, { id }) => {
        const info = await begun(ctx, id);
        return info.ok ? ok({ received: await received(ctx, id), partBytes: PART }) : info;
      },
    ),
    finish: fn(
      {
        access: 'member',
        effect: 'write',
        summary: 'Shows a file whose parts are all there.',
        input: ById,
        output: FileInfo,
        errors: [FileNotFound, Incomplete],
      },
      async (ctx, { id }) => {
        const info = await begun(ctx, id);
        if (!info.ok) return info;
        const here = await received(ctx, id);
        if (here !== info.data.size) return fail(Incomplete, { received: here });
        if (here === 0) await Bun.write(partial(ctx, id), '');
        await rename(partial(ctx, id), whole(ctx, id));
        ctx.db.run('UPDATE files SET done = 1 WHERE id = ?', [id]);
        list.tell();
        return info;
      },
    ),
    download: fn(
      {
        access: 'member',
        effect: 'read',
        summary: 'The file; ranges work.',
        input: ById,
        output: 'file',
        errors: [FileNotFound],
      },
      (ctx, { id }) => {
        const info = find(ctx, id, 1);
        return info ? ok(file(whole(ctx, id), { name: info.name, type: info.type })) : fail(FileNotFound);
      },
    ),
    remove: fn(
      {
        access: 'member',
        effect: 'write',
        summary: 'Removes a file for everybody; its owner and admins may.',
        input: ById,
        errors: [FileNotFound, NotYours],
      },
      async (ctx, { id }) => {
        const info = find(ctx, id, 1) ?? find(ctx, id, 0);
        if (!info) return fail(FileNotFound);
        if (info.ownerId !== ctx.user?.id && ctx.user?.role !== 'admin') return fail(NotYours);
        ctx.db.run('DELETE FROM files WHERE id = ?', [id]);
        await Promise.all([rm(whole(ctx, id), { force: true }), rm(partial(ctx, id), { force: true })]);
        list.tell();
        return ok();
      },
    ),
  },

  streams: {
    changes: stream(
      { access: 'member', summary: 'Says when the list changed.', events: { changed: z.object({}) } },
      async function* (ctx) {
        for await (const _ of list.follow(ctx.signal)) yield { event: 'changed', data: {} };
      },
    ),
  },

  schedules: {
    sweep: {
      cron: '30 3 * * *',
      async run(ctx) {
        const stale = ctx.db
          .query<{ id: string }, [number]>('SELECT id FROM files WHERE done = 0 AND created_at < ?')
          .all(Date.now() - 7 * DAY);
        for (const { id } of stale) await rm(join(ctx.folder, 'partial', id), { force: true });
        ctx.db.run('DELETE FROM files WHERE done = 0 AND created_at < ?', [Date.now() - 7 * DAY]);
      },
    },
  },
});
