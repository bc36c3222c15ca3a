import { type Accessor, createSignal } from 'solid-js';
import { nameBeingTyped } from './command-text.ts';
import { type KnownCommand, matchingCommands } from './known-commands.ts';

export interface CommandChoiceOptions {
  text: Accessor<string>;
  commands: Accessor<readonly KnownCommand[]>;
  /** Writes the command's name into the field. */
  onPick: (command: KnownCommand) => void;
}

/** The list of commands while a name is typed: which are offered, which is marked, and what the keys do. */
export function createCommandChoice({ text, commands, onPick }: CommandChoiceOptions) {
  const typed = () => nameBeingTyped(text());
  const [dismissed, setDismissed] = createSignal<string>();
  const [marked, setMarked] = createSignal<string>();
  const offered = () => {
    const name = typed();
    return name === undefined ? [] : matchingCommands(commands(), name);
  };
  /** Escape closes the list until something else is typed. */
  const isOpen = () => offered().length > 0 && dismissed() !== typed();
  const index = () =>
    Math.max(
      0,
      offered().findIndex(({ name }) => name === marked()),
    );
  const current = () => (isOpen() ? offered()[index()] : undefined);
  const move = (by: number) => {
    const list = offered();
    setMarked(list[(index() + by + list.length) % list.length]?.name);
  };

  /** Takes the keys that are the list's; false leaves the key to the field. */
  function onKeyDown(event: KeyboardEvent): boolean {
    const command = current();
    if (!command || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
    switch (event.key) {
      case 'ArrowDown':
        move(1);
        break;
      case 'ArrowUp':
        move(-1);
        break;
      case 'Escape':
        setDismissed(typed());
        break;
      case 'Enter':
        // The whole name stands there: Enter runs it.
        if (command.name === typed()) return false;
        onPick(command);
        break;
      case 'Tab':
        onPick(command);
        break;
      default:
        return false;
    }
    event.preventDefault();
    return true;
  }

  return { isOpen, offered, current, mark: (command: KnownCommand) => setMarked(command.name), onPick, onKeyDown };
}
export type CommandChoice = ReturnType<typeof createCommandChoice>;
