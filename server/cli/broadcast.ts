import { CustomEvent } from '@shared/hub/event-names.ts';
import type { Command } from 'commander';
import { CommandError } from './command-error.ts';
import type { CommandHost } from './commands.ts';
import { settingsOf, withSettings } from './config-options.ts';
import { configOf } from './context.ts';
import { asSystem } from './system-caller.ts';

interface BroadcastOptions {
  event?: string;
  payload?: string;
  json?: true;
}

interface Message {
  event: string;
  payload: Record<string, unknown>;
}

const payloadOf = (text: string): Record<string, unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CommandError('--payload must be a JSON object, such as {"level":3}', 2);
  return value as Record<string, unknown>;
};

const messageOf = (text: string | undefined, { event, payload }: BroadcastOptions): Message => {
  if (text !== undefined) {
    if (event !== undefined || payload !== undefined)
      throw new CommandError('Say either a text or --event and --payload', 2);
    return { event: 'announcement', payload: { text } };
  }
  if (event === undefined) throw new CommandError('Say what to tell everybody: a text, or --event and --payload', 2);
  if (!CustomEvent.safeParse(event).success)
    throw new CommandError('--event must be a name in snake_case, such as lights_out', 2);
  return { event, payload: payload === undefined ? {} : payloadOf(payload) };
};

/** `hearth broadcast`. */
export function addBroadcastCommand({ program, context }: CommandHost): void {
  withSettings(program.command('broadcast'), ['data'])
    .description('tell everybody something; who is away gets it on coming back')
    .argument('[text]', 'what everybody reads')
    .option('--event <name>', 'send an event to programs and modules instead')
    .option('--payload <json>', 'what goes with the event: a JSON object')
    .option('--json', 'as JSON, for scripts')
    .action(async (text: string | undefined, options: BroadcastOptions, command: Command) => {
      const config = configOf(context, settingsOf(command));
      const message = messageOf(text, options);
      const sent = await asSystem(context, config, (caller) => caller.call('hub', 'broadcast', message));
      const reached = sent.connections === 1 ? '1 connection' : `${sent.connections} connections`;
      context.terminal.write(options.json ? `${JSON.stringify(sent, null, 2)}\n` : `Sent to ${reached}\n`);
    });
}
