import { createUniqueId, For, Match, Show, Switch } from 'solid-js';
import { useI18n } from '../../i18n/i18n.tsx';
import { Field as Labelled } from '../../ui/Field.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Checkbox, Switch as OnOff } from '../../ui/Toggle.tsx';
import type { Draft } from './draft.ts';
import type { Field, Option } from './fields.ts';

export interface SettingProps {
  field: Field;
  draft: Draft;
  error: string | undefined;
  onDraft: (draft: Draft) => void;
}

const inputTypes = { text: 'text', email: 'email', url: 'url', date: 'date' } as const;

/** What holds while a field is empty. */
function written(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (Array.isArray(value)) return value.length > 0 ? value.join(', ') : undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

function Lines(props: SettingProps & { hint: string | undefined; rows: number; code?: boolean }) {
  const { t } = useI18n();
  return (
    <Labelled
      label={props.field.label}
      hint={props.hint}
      error={props.error}
      optional={props.field.isOptional ? t('modules.optional') : undefined}
    >
      {(control) => (
        <textarea
          {...control}
          class="input"
          classList={{ 'setting-code': props.code }}
          name={props.field.name}
          rows={props.rows}
          spellcheck={!props.code}
          value={String(props.draft ?? '')}
          onInput={(event) => props.onDraft(event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
}

/** Several of a few: a box for each. */
function Choices(props: SettingProps & { options: readonly Option[] }) {
  const id = createUniqueId();
  const ticked = () => (Array.isArray(props.draft) ? (props.draft as readonly string[]) : []);
  const tick = (key: string, isTicked: boolean) =>
    props.onDraft(isTicked ? [...ticked(), key] : ticked().filter((other) => other !== key));
  return (
    <fieldset class="field setting-choices" aria-describedby={props.field.description ? `${id}-hint` : undefined}>
      <legend class="field-label">{props.field.label}</legend>
      <For each={props.options}>
        {(option) => (
          <Checkbox
            label={option.label}
            name={props.field.name}
            checked={ticked().includes(option.key)}
            onChecked={(isTicked) => tick(option.key, isTicked)}
          />
        )}
      </For>
      <Show when={props.error}>
        <p class="field-error" role="alert">
          {props.error}
        </p>
      </Show>
      <Show when={props.field.description}>
        <p class="field-hint" id={`${id}-hint`}>
          {props.field.description}
        </p>
      </Show>
    </fieldset>
  );
}

/** The control that fits a setting. Secrets have one of their own. */
export function SettingField(props: SettingProps) {
  const { t } = useI18n();
  const as = <K extends Field['kind']>(kind: K) =>
    props.field.kind === kind ? (props.field as Extract<Field, { kind: K }>) : undefined;
  const optional = () => (props.field.isOptional ? t('modules.optional') : undefined);
  const otherwise = () => {
    const value = written(props.field.default);
    return value === undefined ? undefined : t('modules.default', { value });
  };
  const sentences = (...more: (string | undefined)[]) =>
    [props.field.description, ...more].filter((one) => one !== undefined).join(' ') || undefined;
  const nothing = () => {
    const value = written(props.field.default);
    if (value !== undefined) return t('modules.default', { value });
    return props.field.isOptional ? t('modules.nothing') : t('modules.choose');
  };
  return (
    <Switch>
      <Match when={as('boolean')}>
        <OnOff
          label={props.field.label}
          hint={props.field.description}
          error={props.error}
          name={props.field.name}
          checked={props.draft === true}
          onChecked={props.onDraft}
        />
      </Match>
      <Match when={as('choice')}>
        {(field) => (
          <Select
            label={field().label}
            hint={field().description}
            error={props.error}
            name={field().name}
            value={String(props.draft ?? '')}
            options={[
              ...(field().isOptional || props.draft === '' ? [{ value: '', label: nothing() }] : []),
              ...field().options.map(({ key, label }) => ({ value: key, label })),
            ]}
            onValue={props.onDraft}
          />
        )}
      </Match>
      <Match when={as('choices')}>{(field) => <Choices {...props} options={field().options} />}</Match>
      <Match when={as('list')}>
        <Lines {...props} hint={sentences(t('modules.onePerLine'))} rows={3} />
      </Match>
      <Match when={as('json')}>
        <Lines {...props} hint={sentences(t('modules.asJson'), otherwise())} rows={5} code />
      </Match>
      <Match when={as('text')?.isLong}>
        <Lines {...props} hint={sentences(otherwise())} rows={4} />
      </Match>
      <Match when={as('number')}>
        {(field) => (
          <TextField
            label={field().label}
            hint={sentences(otherwise())}
            error={props.error}
            optional={optional()}
            name={field().name}
            inputmode={field().isWhole && (field().minimum ?? -1) >= 0 ? 'numeric' : 'text'}
            autocomplete="off"
            class="setting-number"
            value={String(props.draft ?? '')}
            onValue={props.onDraft}
          />
        )}
      </Match>
      <Match when={as('text')}>
        {(field) => (
          <TextField
            type={inputTypes[field().format]}
            label={field().label}
            hint={sentences(otherwise())}
            error={props.error}
            optional={optional()}
            name={field().name}
            maxlength={field().maximum}
            autocomplete="off"
            value={String(props.draft ?? '')}
            onValue={props.onDraft}
          />
        )}
      </Match>
    </Switch>
  );
}
