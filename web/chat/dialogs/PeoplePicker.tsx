import '../../ui/field.css';
import './people-picker.css';
import * as Combobox from '@kobalte/core/combobox';
import type { Person } from '@shared/people/schema.ts';
import Check from 'lucide-solid/icons/check';
import ChevronDown from 'lucide-solid/icons/chevron-down';
import X from 'lucide-solid/icons/x';
import { createSignal, For } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Avatar } from '../../ui/Avatar.tsx';

export interface PeoplePickerProps {
  label: string;
  people: Person[];
  value: Person[];
  onValue: (people: Person[]) => void;
  hint?: string;
}

/** A press on the list would give the focus to the dialog around it, and so close the list before the choice is made. */
const keepFocus = (event: MouseEvent): void => event.preventDefault();

/** Several people by name: type, arrow keys, Enter; Backspace takes the last one out again. */
export function PeoplePicker(props: PeoplePickerProps) {
  const { t } = useI18n();
  const [typed, setTyped] = createSignal('');
  const [open, setOpen] = createSignal(false);
  const matches = (person: Person): boolean =>
    person.name.toLocaleLowerCase().includes(typed().trim().toLocaleLowerCase()) &&
    !props.value.some(({ id }) => id === person.id);
  // Enter takes the first match: nobody has to press the arrow key for the only one.
  const takeFirst = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    if (typed().trim() === '' || event.currentTarget.hasAttribute('aria-activedescendant')) return;
    const first = props.people.find(matches);
    if (!first) return;
    props.onValue([...props.value, first]);
    setOpen(false);
  };
  return (
    <Combobox.Root<Person>
      multiple
      class="field"
      options={props.people}
      value={props.value}
      onChange={props.onValue}
      onInputChange={setTyped}
      open={open()}
      onOpenChange={setOpen}
      optionValue="id"
      optionTextValue="name"
      optionLabel="name"
      placeholder={props.value.length === 0 ? t('chat.typeName') : ''}
      triggerMode="focus"
      closeOnSelection
      allowsEmptyCollection
      gutter={4}
      itemComponent={(item) => (
        <Combobox.Item item={item.item} class="picker-option">
          <Avatar
            id={item.item.rawValue.id}
            name={item.item.rawValue.name}
            size="sm"
            presence={item.item.rawValue.presence}
          />
          <Combobox.ItemLabel class="picker-option-name">{item.item.rawValue.name}</Combobox.ItemLabel>
          <Combobox.ItemIndicator class="picker-option-check">
            <Check aria-hidden="true" />
          </Combobox.ItemIndicator>
        </Combobox.Item>
      )}
    >
      <Combobox.Label class="field-label">{props.label}</Combobox.Label>
      <Combobox.Control<Person> class="picker">
        {(state) => (
          <>
            <div class="picker-values">
              <For each={state.selectedOptions()}>
                {(person) => (
                  <span class="picker-chip">
                    <Avatar id={person.id} name={person.name} size="xs" />
                    <bdi>{person.name}</bdi>
                    <button
                      type="button"
                      class="picker-remove"
                      aria-label={t('chat.unpick', { name: person.name })}
                      onPointerDown={(event) => event.stopPropagation()}
                      onClick={() => state.remove(person)}
                    >
                      <X aria-hidden="true" />
                    </button>
                  </span>
                )}
              </For>
              <Combobox.Input class="picker-input" autocomplete="off" onKeyDown={takeFirst} />
            </div>
            <Combobox.Trigger class="icon-button icon-button--sm" aria-label={t('chat.showPeople')}>
              <ChevronDown aria-hidden="true" />
            </Combobox.Trigger>
          </>
        )}
      </Combobox.Control>
      <Combobox.Description class="field-hint">{props.hint}</Combobox.Description>
      {/* Not in a portal: a dialog hides everything beside it from assistive technology. */}
      <Combobox.Content class="picker-popup" onMouseDown={keepFocus}>
        <Combobox.Listbox class="picker-list" />
        <p class="picker-empty">{t('chat.noPeople')}</p>
      </Combobox.Content>
    </Combobox.Root>
  );
}
