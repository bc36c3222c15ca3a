export type DataFolderProblem =
  /** Another process owns the folder. */
  | 'held'
  /** There is none, and none was to be made. */
  | 'missing'
  /** Not a folder, not readable or not writable. */
  | 'unusable'
  /** The keys in it cannot be read. */
  | 'secrets';

/** A data folder that cannot be used. The message is one line and names the path. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
  readonly problem: DataFolderProblem;

  constructor(problem: DataFolderProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'it is not a folder',
  EEXIST: 'it is not a folder',
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than allowed',
  EMFILE: 'too many open files',
  SQLITE_FULL: 'the disk is full',
};

/** Whether the operating system or SQLite refused something, as against a bug of ours. */
export const isSystemError = (error: unknown): boolean => {
  const { code } = error as { code?: unknown };
  return error instanceof Error && typeof code === 'string' && /^(?:E[A-Z0-9]+|SQLITE_\w+)$/.test(code);
};

/** An operating system error in a few words; anything else by its message. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return (typeof code === 'string' && reasons[code]) || (typeof message === 'string' ? message : String(error));
}
