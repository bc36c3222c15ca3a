import { resolve } from 'node:path';
import type { Command } from 'commander';
import { backUp } from '../platform/backup/backup.ts';
import { restore } from '../platform/backup/restore.ts';
import { dataPaths } from '../platform/data-folder.ts';
import { migrationsFolder } from '../platform/db/migrations-folder.ts';
import { version } from '../version.ts';
import { abortable } from './abortable.ts';
import { bytes } from './bytes.ts';
import { CommandError } from './command-error.ts';
import type { CommandHost } from './commands.ts';
import { settingsOf, withSettings } from './config-options.ts';
import { type CliContext, configOf } from './context.ts';
import { readSecret } from './secret-input.ts';

const VARIABLE = 'HEARTH_BACKUP_PASSPHRASE';
const fileHelp = `read the passphrase from there; without it from ${VARIABLE}, or you are asked`;

/** Sessions are signed and named by the keys; with new ones they must not come back to life. */
const worthlessWithoutKeys = ['refresh_tokens', 'sessions'];

interface BackupCommandOptions {
  withKeys?: true;
  passphraseFile?: string;
  force?: true;
  json?: true;
}

const readNewPassphrase = async (context: CliContext, file: string | undefined): Promise<string> => {
  const passphrase = await readSecret(context, {
    question: 'Passphrase for the keys in the backup',
    file,
    variable: VARIABLE,
    twice: true,
  });
  if (passphrase.length < 8) throw new CommandError('The passphrase must have 8 characters at least');
  return passphrase;
};

function addBackup({ program, context }: CommandHost): void {
  withSettings(program.command('backup'), ['data'])
    .description('write the whole team into one file; the server may go on')
    .argument('<file>', 'where to, such as team.hearth')
    .option('--with-keys', 'take the keys along, sealed under a passphrase, so that everybody stays signed in')
    .option('--passphrase-file <file>', fileHelp)
    .option('--force', 'replace the file if there is one')
    .option('--json', 'as JSON, for scripts')
    .action(async (file: string, options: BackupCommandOptions, command: Command) => {
      const { data } = configOf(context, settingsOf(command));
      if (options.passphraseFile !== undefined && !options.withKeys)
        throw new CommandError('--passphrase-file is for --with-keys', 2);
      const passphrase = options.withKeys ? await readNewPassphrase(context, options.passphraseFile) : undefined;
      const summary = await abortable(context, (signal) =>
        backUp({
          paths: dataPaths(data),
          target: resolve(context.cwd, file),
          force: options.force === true,
          version,
          now: context.clock.now(),
          ids: context.ids,
          ...(passphrase === undefined ? {} : { passphrase }),
          signal,
        }),
      );
      const keys = summary.keys ? 'with the keys: keep the passphrase, nothing opens them without it' : 'without keys';
      context.terminal.write(
        options.json ? `${JSON.stringify(summary, null, 2)}\n` : `${summary.file}: ${bytes(summary.size)}, ${keys}\n`,
      );
    });
}

interface RestoreCommandOptions {
  withoutKeys?: true;
  passphraseFile?: string;
  json?: true;
}

function addRestore({ program, context }: CommandHost): void {
  withSettings(program.command('restore'), ['data'])
    .description('make the data folder what it was when the backup was written; stop the server first')
    .argument('<file>', 'the backup')
    .option('--without-keys', 'make new keys even if the backup holds the old ones: everybody signs in again')
    .option('--passphrase-file <file>', fileHelp)
    .option('--json', 'as JSON, for scripts')
    .action(async (file: string, options: RestoreCommandOptions, command: Command) => {
      const { data } = configOf(context, settingsOf(command));
      const question = 'Passphrase for the keys in the backup';
      const summary = await restore({
        file: resolve(context.cwd, file),
        folder: data,
        migrations: migrationsFolder(),
        now: context.clock.now(),
        ids: context.ids,
        passphrase: async () =>
          options.withoutKeys
            ? undefined
            : readSecret(context, { question, file: options.passphraseFile, variable: VARIABLE, twice: false }),
        worthlessWithoutKeys,
      });
      const { manifest, keys, previous } = summary;
      if (options.json) {
        const { files: _, ...facts } = manifest;
        context.terminal.write(`${JSON.stringify({ data, keys, previous, backup: facts }, null, 2)}\n`);
        return;
      }
      context.terminal.write(
        [
          `${data} is as it was on ${new Date(manifest.createdAt).toLocaleString('en-GB')} (Hearth ${manifest.hearth})`,
          keys
            ? 'The keys came back too: everybody stays signed in'
            : 'The keys are new: everybody has to sign in again',
          ...(previous ? [`The database of before is kept as ${previous}`] : []),
          '',
        ].join('\n'),
      );
    });
}

/** `hearth backup` and `hearth restore`. */
export function addBackupCommands(host: CommandHost): void {
  addBackup(host);
  addRestore(host);
}
