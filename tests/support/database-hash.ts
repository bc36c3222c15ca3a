import { Database } from 'bun:sqlite';

/** Reads a database beside its owner and tells whether any row of any table changed. */
export interface DatabaseHash extends Disposable {
  /** A digest of every committed row, in whatever table. */
  now(): string;
}

export function openDatabaseHash(file: string): DatabaseHash {
  const sqlite = new Database(file, { readonly: true });
  const tables = sqlite
    .query<{ name: string }, []>(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)
    .all()
    .map(({ name }) => ({ name, rows: sqlite.query(`SELECT * FROM "${name}"`) }));
  const version = sqlite.query<{ data_version: number }, []>('PRAGMA data_version');
  let known: { version: number; hash: string } | undefined;
  return {
    now() {
      // Moves with each commit of somebody else; as long as it stands, so does every row.
      const current = version.get()?.data_version ?? 0;
      if (known?.version === current) return known.hash;
      const hasher = new Bun.CryptoHasher('sha256');
      for (const { name, rows } of tables) hasher.update(JSON.stringify([name, rows.values()]));
      known = { version: current, hash: hasher.digest('hex') };
      return known.hash;
    },
    [Symbol.dispose]: () => sqlite.close(),
  };
}
