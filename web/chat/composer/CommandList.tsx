import './commands.css';
import { createEffect, For } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import type { CommandChoice } from './command-choice.ts';

/** The id of the option for a command. */
export const optionId = (list: string, name: string): string => `${list}-${name}`;

/** The commands that fit what is typed; the focus stays in the field. */
export function CommandList(props: { id: string; choice: CommandChoice }) {
  const { t } = useI18n();
  let list: HTMLUListElement | undefined;
  createEffect(() => {
    const marked = props.choice.current();
    if (marked) list?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });
  return (
    <ul
      class="commands"
      role="listbox"
      id={props.id}
      aria-label={t('chat.commands')}
      ref={(element) => {
        list = element;
      }}
      // The field keeps the focus.
      onMouseDown={(event) => event.preventDefault()}
    >
      <For each={props.choice.offered()}>
        {(command) => (
          <li
            class="command"
            role="option"
            id={optionId(props.id, command.name)}
            aria-selected={props.choice.current() === command}
            onPointerMove={() => props.choice.mark(command)}
            onClick={() => props.choice.onPick(command)}
          >
            <span class="command-name">
              /{command.name} <span class="command-usage">{command.usage}</span>
            </span>
            <span class="command-description">{command.description}</span>
            <span class="command-module">{command.title}</span>
          </li>
        )}
      </For>
    </ul>
  );
}
