export type BackupProblem =
  /** The target is there already. */
  | 'exists'
  /** Writing or reading failed: permissions, space, a missing folder. */
  | 'storage'
  /** The file is no whole backup, or one that somebody tampered with. */
  | 'invalid'
  /** A newer version of Hearth made it. */
  | 'newer'
  /** The keys in it need a passphrase, or another one. */
  | 'passphrase';

/** A backup or restore that cannot be done. The message is one line. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly problem: BackupProblem;

  constructor(problem: BackupProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
