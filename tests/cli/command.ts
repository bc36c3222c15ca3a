import { buildBinary } from '../../.scripts/build/binary.ts';

/** Hearth as people have it, to be followed by its arguments. From its sources each command would take three times as long. */
export const hearth: readonly string[] = [await buildBinary()];

export interface CommandResult {
  code: number;
  out: string;
  err: string;
}

export interface CommandOptions {
  cwd: string;
  env?: Record<string, string>;
  /** What a pipe delivers on standard input. */
  input?: string;
  /** A largest file size in blocks of 512 bytes or 1 KiB, as a full disk has one. */
  fileLimit?: number;
}

/** Runs a command of Hearth to its end. */
export async function runHearth(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const command = [...hearth, ...args];
  const limited = ['sh', '-c', `ulimit -f ${options.fileLimit}; exec "$@"`, 'sh', ...command];
  const child = Bun.spawn(options.fileLimit === undefined ? command : limited, {
    cwd: options.cwd,
    env: options.env ?? {},
    stdin: options.input === undefined ? 'ignore' : Buffer.from(options.input),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}
