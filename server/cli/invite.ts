import { Role } from '@shared/people/schema.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { renderUnicodeCompact } from 'uqr';
import type { CommandHost } from './commands.ts';
import { settingsOf, withSettings } from './config-options.ts';
import { configOf } from './context.ts';
import { asSystem } from './system-caller.ts';

const UNLIMITED = 'unlimited';

interface InviteOptions {
  role: Role;
  expires: number;
  maxUses: number | typeof UNLIMITED;
  json?: true;
}

const MINUTE = 60_000;
const units: Record<string, number> = { m: MINUTE, h: 60 * MINUTE, d: 24 * 60 * MINUTE, w: 7 * 24 * 60 * MINUTE };

/** `30m`, `12h`, `7d`, `2w` in milliseconds. */
const duration = (text: string): number => {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([mhdw])$/.exec(text) ?? [];
  const length = units[unit];
  if (length === undefined) throw new InvalidArgumentError('A time looks like 30m, 12h, 7d or 2w.');
  return Number(count) * length;
};

const uses = (text: string): InviteOptions['maxUses'] => {
  if (text === UNLIMITED) return text;
  if (!/^[1-9]\d{0,2}$|^1000$/.test(text))
    throw new InvalidArgumentError('It is a number from 1 to 1000, or unlimited.');
  return Number(text);
};

/** `hearth invite`. */
export function addInviteCommand({ program, context }: CommandHost): void {
  withSettings(program.command('invite'), ['data', 'publicUrl'])
    .description('make a link by which somebody joins the team')
    .addOption(new Option('--role <role>', 'what they may do').choices(Role.options).default('member'))
    .addOption(
      new Option('--expires <time>', 'how long it is good: 30m, 12h, 7d, 2w')
        .argParser(duration)
        .default(units['w'], '1w'),
    )
    .addOption(new Option('--max-uses <number>', 'how many may join by it, or unlimited').argParser(uses).default(1))
    .option('--json', 'as JSON, for scripts')
    .action(async (options: InviteOptions, command: Command) => {
      const invite = await asSystem(context, configOf(context, settingsOf(command)), (caller) =>
        caller.call('people', 'invite', {
          role: options.role,
          expiresAt: context.clock.now() + options.expires,
          maxUses: options.maxUses === UNLIMITED ? null : options.maxUses,
        }),
      );
      const { terminal } = context;
      if (options.json) terminal.write(`${JSON.stringify(invite, null, 2)}\n`);
      else if (!terminal.isTerminal) terminal.write(`${invite.url}\n`);
      else {
        const people =
          invite.maxUses === null ? 'anybody' : invite.maxUses === 1 ? 'one person' : `${invite.maxUses} people`;
        terminal.write(`${renderUnicodeCompact(invite.url)}\n\n${invite.url}\n\n`);
        terminal.write(
          `Good for ${people}, as ${invite.role}, until ${new Date(invite.expiresAt).toLocaleString('en-GB')}\n`,
        );
      }
    });
}
