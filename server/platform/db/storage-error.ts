/** The database could not store the batch: full, read-only or failing. Nothing of it was kept. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  constructor(cause: unknown) {
    super(`The database could not store the change: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** What SQLite says of the disk and the file, and never of a statement. */
const ofStorage = /^SQLITE_(?:FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY|PROTOCOL)/;

/** A StorageError where the disk or the file is the reason, however deep it is wrapped; else the error itself. */
export function explained(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof StorageError) return cause;
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && ofStorage.test(code)) return new StorageError(cause);
  }
  return error;
}
