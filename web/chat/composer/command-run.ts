import type { Hearth } from '@shared/client/types.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import { createSignal } from 'solid-js';
import type { KnownCommand } from './known-commands.ts';

/** Why a command did not run. Its text stays in the field. */
export type CommandRefusal =
  { kind: 'unknown'; name: string } | { kind: 'offline' } | { kind: 'failed'; error: HearthError };

export interface CommandRunOptions {
  hearth: Pick<Hearth, 'api' | 'state'>;
  roomId: RoomId;
  /** Undefined while it is not known which there are: then the server says. */
  commands: () => readonly KnownCommand[] | undefined;
  newId: () => string;
  /** The command ran; what it said to the caller alone, or null. */
  onDone: (command: { name: string; text: string; module: string | undefined }, reply: string | null) => void;
}

/** Runs commands in a room, one at a time, each once: a call whose answer was lost is made again under the same key. */
export function createCommandRun({ hearth, roomId, commands, newId, onDone }: CommandRunOptions) {
  const [busy, setBusy] = createSignal(false);
  const [refusal, setRefusal] = createSignal<CommandRefusal>();
  let unanswered: { command: string; key: string } | undefined;

  async function run(name: string, text: string): Promise<void> {
    if (busy()) return;
    if (hearth.state.get().connection.status === 'offline') return void setRefusal({ kind: 'offline' });
    const known = commands();
    const found = known?.find((command) => command.name === name);
    if (known && !found) return void setRefusal({ kind: 'unknown', name });
    const command = `${name} ${text}`;
    const key = unanswered?.command === command ? unanswered.key : newId();
    unanswered = undefined;
    setRefusal(undefined);
    setBusy(true);
    const result = await hearth.api.modules.runCommand({ roomId, command: name, text }, { key });
    setBusy(false);
    if (result.ok) return onDone({ name, text, module: found?.module }, result.data.reply);
    const { error } = result;
    if (error.code === 'module.command_not_found') return void setRefusal({ kind: 'unknown', name });
    const isUnanswered = error.code.startsWith('network.');
    if (isUnanswered) unanswered = { command, key };
    setRefusal(isUnanswered ? { kind: 'offline' } : { kind: 'failed', error });
    return undefined;
  }

  return { busy, refusal, run, forgive: () => setRefusal(undefined) };
}
export type CommandRun = ReturnType<typeof createCommandRun>;
