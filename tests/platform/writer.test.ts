import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import { drizzle } from 'drizzle-orm/bun-sqlite';
import { sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, Conflict } from '@shared/kernel/errors.ts';
import { ok } from '@shared/kernel/result.ts';
import { query, type Drizzle } from '../../server/platform/db/query.ts';
import type { Tx } from '../../server/platform/db/transaction.ts';
import { LateWriteError } from '../../server/platform/db/transaction.ts';
import {
  createWriter,
  NestedWriteError,
  StorageError,
  UnsettledWriteError,
  type Writer,
} from '../../server/platform/db/writer.ts';
import { until } from '../support/until.ts';

const notes = sqliteTable('notes', { id: integer().primaryKey(), body: text().notNull() });
const insert = query((db) =>
  db
    .insert(notes)
    .values({ id: sql.placeholder('id'), body: sql.placeholder('body') })
    .prepare(),
);
const count = query((db) =>
  db
    .select({ n: sql<number>`count(*)` })
    .from(notes)
    .prepare(),
);

let folder: string;
let sqlite: Database;
let reader: Database;
let writer: Writer;
let commits: number[];
let effectErrors: unknown[];

const bodies = (): string[] =>
  reader
    .query<{ body: string }, []>('SELECT body FROM notes ORDER BY id')
    .all()
    .map((row) => row.body);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-writer-'));
  const file = join(folder, 'test.db');
  sqlite = new Database(file, { create: true, readwrite: true });
  sqlite.run('PRAGMA journal_mode = WAL');
  sqlite.run('PRAGMA synchronous = FULL');
  sqlite.run('CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)');
  reader = new Database(file, { readonly: true });
  commits = [];
  effectErrors = [];
  writer = createWriter({
    sqlite,
    drizzle: drizzle(sqlite) as Drizzle,
    onEffectError: (error) => effectErrors.push(error),
    onCommit: (writes) => commits.push(writes),
  });
});

afterEach(async () => {
  await writer.idle();
  reader.close();
  sqlite.close();
  rmSync(folder, { recursive: true, force: true });
});

const note = (id: number, body = `note ${id}`) => writer.write((tx) => tx.run(insert, { id, body }));

describe('the group commit', () => {
  test('writes that arrive together share one commit', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, id) => note(id)));
    expect(commits).toEqual([100]);
    expect(bodies()).toHaveLength(100);
  });

  test('more writes than a batch holds are committed in order, batch after batch', async () => {
    await Promise.all(Array.from({ length: 1100 }, (_, id) => note(id)));
    expect(commits).toEqual([512, 512, 76]);
  });

  test('writes that come one after another share a commit where several did just before', async () => {
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    let id = 0;
    const attempt = async (): Promise<boolean> => {
      await Promise.all([note(id++), note(id++), note(id++)]);
      const writes: Promise<unknown>[] = [];
      for (let n = 0; n < 3; n++, await turn()) writes.push(note(id++));
      await Promise.all(writes);
      return commits.at(-1) === 3;
    };
    // On a machine that halts in between they need not.
    await until(attempt);
    expect(bodies()).toHaveLength(id);
  });

  test('a write that throws is rolled back alone and its neighbours commit', async () => {
    const settled = await Promise.allSettled([
      note(1),
      writer.write(async (tx) => {
        await tx.run(insert, { id: 2, body: 'lost' });
        throw new Error('no');
      }),
      note(3),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(bodies()).toEqual(['note 1', 'note 3']);
  });

  test('a failed Result is rolled back and still answered as a value', async () => {
    const [refused] = await Promise.all([
      writer.write(async (tx) => {
        await tx.run(insert, { id: 1, body: 'lost' });
        return fail(Conflict);
      }),
      note(2),
    ]);
    expect(refused).toEqual(fail(Conflict));
    expect(bodies()).toEqual(['note 2']);
  });

  test('a write that is alone in its batch is rolled back too', async () => {
    await writer.write(async (tx) => {
      await tx.run(insert, { id: 1, body: 'lost' });
      return fail(Conflict);
    });
    expect(bodies()).toEqual([]);
    await note(2);
    expect(bodies()).toEqual(['note 2']);
  });

  test('an async callback that awaits its tx alone keeps its rows together', async () => {
    const both = (a: number, b: number) =>
      writer.write(async (tx) => {
        await tx.run(insert, { id: a, body: 'a' });
        const before = await tx.get(count);
        await tx.run(insert, { id: b, body: 'b' });
        const after = await tx.get(count);
        return ok((after?.n ?? 0) - (before?.n ?? 0));
      });
    const results = await Promise.all([both(1, 2), both(3, 4), both(5, 6)]);
    expect(results).toEqual([ok(1), ok(1), ok(1)]);
  });

  test('a callback that awaits something else is rolled back with a named error, not its neighbours', async () => {
    let late: unknown;
    const slow = writer.write(async (tx) => {
      await tx.run(insert, { id: 1, body: 'lost' });
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      try {
        await tx.run(insert, { id: 2, body: 'late' });
      } catch (error) {
        late = error;
      }
    });
    const settled = await Promise.allSettled([note(10), slow, note(11)]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((settled[1] as PromiseRejectedResult).reason).toBeInstanceOf(UnsettledWriteError);
    await until(() => late);
    expect(late).toBeInstanceOf(LateWriteError);
    expect(bodies()).toEqual(['note 10', 'note 11']);
  });

  test('a tx that was kept is dead once its write has settled', async () => {
    let kept: Tx | undefined;
    await writer.write((tx) => {
      kept = tx;
    });
    expect(() => kept?.run(insert, { id: 1, body: 'late' })).toThrow(LateWriteError);
    expect(bodies()).toEqual([]);
  });

  test('a nested write is refused, and a write started after the callback settled is not', async () => {
    let nested: unknown;
    let after: Promise<unknown> | undefined;
    await writer.write(async (tx) => {
      nested = await writer.write(() => ok()).catch((error: unknown) => error);
      await tx.run(insert, { id: 1, body: 'kept' });
      tx.afterCommit(() => {
        after = note(2);
      });
    });
    expect(nested).toBeInstanceOf(NestedWriteError);
    await after;
    expect(bodies()).toEqual(['kept', 'note 2']);
  });

  test('nobody sees rows before their commit, and effects run after it in order', async () => {
    const seen: string[] = [];
    await Promise.all(
      [1, 2, 3].map((id) =>
        writer.write(async (tx) => {
          await tx.run(insert, { id, body: `note ${id}` });
          seen.push(`inside ${id}: ${bodies().length}`);
          tx.afterCommit(() => seen.push(`effect ${id}: ${bodies().length}`));
        }),
      ),
    );
    expect(seen).toEqual(['inside 1: 0', 'inside 2: 0', 'inside 3: 0', 'effect 1: 3', 'effect 2: 3', 'effect 3: 3']);
  });

  test('effects of a write that was rolled back never run, and its counters go back', async () => {
    let counter = 0;
    const effects: string[] = [];
    const counting = (ending: 'commit' | 'roll back') =>
      writer.write((tx) => {
        counter++;
        tx.onRollback(() => counter--);
        tx.afterCommit(() => effects.push(ending));
        return ending === 'commit' ? ok() : fail(Conflict);
      });
    await Promise.all([counting('commit'), counting('roll back'), counting('commit')]);
    expect(counter).toBe(2);
    expect(effects).toEqual(['commit', 'commit']);
  });

  test('an effect that throws is reported and disturbs neither its write nor its neighbours', async () => {
    const first = writer.write((tx) => {
      tx.afterCommit(() => {
        throw new Error('effect');
      });
      return ok('stored');
    });
    expect(await Promise.all([first, note(1)])).toEqual([ok('stored'), 1]);
    expect(effectErrors).toHaveLength(1);
  });

  test('a commit that fails rejects every caller of the batch and counts nothing', async () => {
    let counter = 0;
    sqlite.run('PRAGMA foreign_keys = ON');
    sqlite.run('CREATE TABLE child (id INTEGER, parent INTEGER REFERENCES notes(id) DEFERRABLE INITIALLY DEFERRED)');
    const broken = writer.write((tx) => {
      counter++;
      tx.onRollback(() => counter--);
      sqlite.run('INSERT INTO child VALUES (1, 999)');
    });
    const settled = await Promise.allSettled([note(1), broken, note(2)]);
    for (const outcome of settled) expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(StorageError);
    expect(counter).toBe(0);
    expect(bodies()).toEqual([]);
    await note(3);
    expect(bodies()).toEqual(['note 3']);
  });

  test.each([
    ['cannot grow', 'PRAGMA max_page_count = 1', 'PRAGMA max_page_count = 1000000'],
    ['cannot be written', 'PRAGMA query_only = ON', 'PRAGMA query_only = OFF'],
  ])(
    'a database that %s refuses each write, alone and in a batch, and takes them again later',
    async (_, bad, good) => {
      sqlite.run(bad);
      const large = 'x'.repeat(20_000);
      await expect(note(1, large)).rejects.toBeInstanceOf(StorageError);
      const settled = await Promise.allSettled([note(1, large), note(2, large)]);
      for (const outcome of settled) expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(StorageError);
      expect(bodies()).toEqual([]);
      sqlite.run(good);
      await Promise.all([note(1), note(2)]);
      expect(bodies()).toEqual(['note 1', 'note 2']);
    },
  );

  test('an error of the statement itself is no fault of the storage', async () => {
    await note(1);
    const error = await note(1).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(StorageError);
  });

  test('an error that makes SQLite roll everything back rejects the batch and leaves the writer usable', async () => {
    sqlite.run(
      `CREATE TRIGGER refuse BEFORE INSERT ON notes WHEN new.body = 'poison' BEGIN SELECT RAISE(ROLLBACK, 'poisoned'); END`,
    );
    const settled = await Promise.allSettled([note(1), note(2, 'poison'), note(3)]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(bodies()).toEqual([]);
    await note(4);
    expect(bodies()).toEqual(['note 4']);
  });
});

describe('lanes', () => {
  test('a quiet lane commits at once, a busy one gathers and keeps its order', async () => {
    let pace = 0;
    writer.pace((lane) => (lane === 'busy' ? pace : 0));
    await writer.write((tx) => tx.run(insert, { id: 1, body: 'a' }), { lane: 'busy' });
    pace = 30;
    const gathered = [2, 3, 4].map((id) =>
      writer.write((tx) => tx.run(insert, { id, body: `busy ${id}` }), { lane: 'busy' }),
    );
    await writer.write((tx) => tx.run(insert, { id: 10, body: 'quiet' }), { lane: 'quiet' });
    expect(bodies()).toEqual(['a', 'quiet']);
    await Promise.all(gathered);
    expect(bodies()).toEqual(['a', 'busy 2', 'busy 3', 'busy 4', 'quiet']);
    expect(commits).toEqual([1, 1, 3]);
  });

  test('idle commits at once what was still gathering', async () => {
    writer.pace(() => 60_000);
    const write = writer.write((tx) => tx.run(insert, { id: 1, body: 'a' }), { lane: 'busy' });
    await writer.idle();
    await write;
    expect(bodies()).toEqual(['a']);
  });
});
