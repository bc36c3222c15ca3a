import { Email, Password } from '@shared/auth/schema.ts';
import { Name, Role } from '@shared/people/schema.ts';
import { type Command, Option } from 'commander';
import { CommandError } from './command-error.ts';
import type { CommandHost } from './commands.ts';
import { settingsOf, withSettings } from './config-options.ts';
import { type CliContext, configOf } from './context.ts';
import { readSecret } from './secret-input.ts';
import { asSystem } from './system-caller.ts';
import { table } from './table.ts';

interface PasswordOptions {
  passwordFile?: string;
}

const passwordFile = (): Option =>
  new Option(
    '--password-file <file>',
    'read the password from there; without it you are asked, or it is read from a pipe',
  );

const emailOf = (given: string): string => {
  const email = Email.safeParse(given);
  if (!email.success) throw new CommandError(`${JSON.stringify(given)} is no e-mail address`, 2);
  return email.data;
};

const readPassword = async (context: CliContext, email: string, { passwordFile: file }: PasswordOptions) => {
  const password = Password.safeParse(
    await readSecret(context, { question: `Password for ${email}`, file, twice: true }),
  );
  if (!password.success) throw new CommandError('A password has 8 to 200 characters');
  return password.data;
};

function addAdd(user: Command, { context }: CommandHost): void {
  withSettings(user.command('add'), ['data'])
    .description('make an account without an invitation')
    .argument('<email>', 'what the person signs in with')
    .option('--name <name>', 'how the person is called; without it the part before the @')
    .addOption(new Option('--role <role>', 'what the person may do').choices(Role.options).default('member'))
    .addOption(passwordFile())
    .action(async (given: string, options: PasswordOptions & { name?: string; role: Role }, command: Command) => {
      const config = configOf(context, settingsOf(command));
      const email = emailOf(given);
      const name = Name.safeParse(options.name ?? email.split('@')[0]);
      if (!name.success) throw new CommandError('--name must be a name of 1 to 80 characters on one line', 2);
      await asSystem(context, config, async (caller) => {
        const password = await readPassword(context, email, options);
        const added = await caller.call('people', 'add', { name: name.data, email, password, role: options.role });
        context.terminal.write(`${added.name} <${added.email}> can sign in now, as ${added.role}\n`);
      });
    });
}

function addPassword(user: Command, { context }: CommandHost): void {
  withSettings(user.command('password'), ['data'])
    .description('give a person a new password and end their sessions')
    .argument('<email>', 'what the person signs in with')
    .addOption(passwordFile())
    .action(async (given: string, options: PasswordOptions, command: Command) => {
      const config = configOf(context, settingsOf(command));
      const email = emailOf(given);
      await asSystem(context, config, async (caller) => {
        const person = (await caller.call('people', 'accounts', {})).find((account) => account.email === email);
        if (!person) throw new CommandError(`Nobody signs in as ${email}`);
        const password = await readPassword(context, email, options);
        await caller.call('people', 'setPassword', { userId: person.id, password });
        context.terminal.write(`${person.name} <${email}> has a new password and has to sign in again\n`);
      });
    });
}

function addList(user: Command, { context }: CommandHost): void {
  withSettings(user.command('list'), ['data'])
    .description('show everybody in the team')
    .option('--json', 'as JSON, for scripts')
    .action(async (options: { json?: true }, command: Command) => {
      const accounts = await asSystem(context, configOf(context, settingsOf(command)), (caller) =>
        caller.call('people', 'accounts', {}),
      );
      const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
      context.terminal.write(
        options.json
          ? `${JSON.stringify(accounts, null, 2)}\n`
          : table(
              ['NAME', 'E-MAIL', 'ROLE', 'SINCE', 'ACTIVE'],
              accounts.map(({ name, email, role, createdAt, active }) => [
                name,
                email,
                role,
                day(createdAt),
                active ? 'yes' : 'no',
              ]),
            ),
      );
    });
}

/** `hearth user add|password|list`. */
export function addUserCommands(host: CommandHost): void {
  const user = host.program.command('user').description('accounts: add, password, list');
  addAdd(user, host);
  addPassword(user, host);
  addList(user, host);
}
