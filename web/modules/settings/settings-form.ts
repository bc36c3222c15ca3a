import type { HearthError, Result } from '@shared/kernel/result.ts';
import type { ModuleSettings } from '@shared/modules/schema.ts';
import { createMemo, createSignal } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import { useI18n } from '../../i18n/i18n.tsx';
import { changedOf, type Draft, type Drafts, draftsOf, fieldOfIssue, readDrafts } from './draft.ts';
import { type Field, fieldsOf } from './fields.ts';

export interface SettingsFormOptions {
  settings: () => ModuleSettings;
  submit: (values: Record<string, unknown>) => Promise<Result<ModuleSettings>>;
  done: (settings: ModuleSettings) => void;
}

/** The form of a module's settings: sends what was changed, shows at each field what was refused. */
export function createSettingsForm({ settings, submit, done }: SettingsFormOptions) {
  const { t, issueText } = useI18n();
  const fields = createMemo(() => fieldsOf(settings().schema));
  const stored = createMemo(() => draftsOf(fields(), settings()));
  // Only what somebody has touched: the rest follows what is stored.
  const [touched, setTouched] = createStore<Record<string, Draft>>({});
  const [refused, setRefused] = createStore<Record<string, string | undefined>>({});
  const [error, setError] = createSignal<HearthError>();
  const [busy, setBusy] = createSignal(false);

  const draft = (name: string): Draft => (name in touched ? (touched[name] ?? null) : (stored()[name] ?? ''));
  const drafts = (): Drafts => Object.fromEntries(fields().map(({ name }) => [name, draft(name)]));
  const isChanged = createMemo(() => changedOf(fields(), drafts(), stored()).length > 0);

  function reset(): void {
    setTouched(reconcile({}));
    setRefused(reconcile({}));
    setError(undefined);
  }

  function showFailure(failure: HearthError): void {
    const elsewhere = (failure.issues ?? []).filter((issue) => {
      const field = fieldOfIssue(issue.path, fields());
      if (field) setRefused(field.name, issueText(issue));
      return !field;
    });
    if (elsewhere.length > 0 || !failure.issues?.length) setError(failure);
  }

  async function onSubmit(event: SubmitEvent & { currentTarget: HTMLFormElement }): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    if (busy()) return;
    setError(undefined);
    setRefused(reconcile({}));
    const read = readDrafts(fields(), drafts(), stored(), settings().secrets);
    for (const [name, why] of Object.entries(read.refused))
      setRefused(name, why.code === 'required' ? t('issues.required') : issueText(why));
    if (Object.keys(read.refused).length === 0) {
      setBusy(true);
      const result = await submit(read.values);
      setBusy(false);
      if (result.ok) {
        reset();
        return done(result.data);
      }
      showFailure(result.error);
    }
    form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  return {
    fields,
    busy,
    error,
    isChanged,
    reset,
    /** What a control needs to be part of the form. */
    of: (field: Field) => ({
      field,
      get draft() {
        return draft(field.name);
      },
      get error() {
        return refused[field.name];
      },
      onDraft: (next: Draft) => {
        setTouched(field.name, next);
        setRefused(field.name, undefined);
      },
    }),
    form: { onSubmit, novalidate: true },
  };
}
