import type { HearthError, Result } from '@shared/kernel/result.ts';
import { createSignal } from 'solid-js';
import { createStore } from 'solid-js/store';
import { useI18n } from '../i18n/i18n.tsx';

type Values = Record<string, string>;

export interface FormOptions<V extends Values, O> {
  values: V;
  /** Fields that may not be empty; checked before anything is sent. */
  required?: readonly (keyof V & string)[];
  submit: (values: V) => Promise<Result<O>>;
  done: (data: O, values: V) => void;
  /** The form is what its page is for: the first field takes the focus, where that opens no keyboard over the page. */
  focus?: boolean;
}

/** What a text field needs to be part of a form. */
export interface FormField {
  name: string;
  value: string;
  error: string | undefined;
  required: boolean | undefined;
  onValue: (value: string) => void;
}

/** A form with these values, among others. */
export type Form<V extends Values = Values> = ReturnType<typeof createForm<V, unknown>>;

/**
 * A form of text fields around one call: what the server refuses is shown at its field, everything else above the
 * button, and the focus goes to the first field to mend.
 */
export function createForm<V extends Values, O>(options: FormOptions<V, O>) {
  const { t, issueText } = useI18n();
  const [values, setValues] = createStore<Values>({ ...options.values });
  const [refused, setRefused] = createStore<Record<string, string | undefined>>({});
  const [error, setError] = createSignal<HearthError>();
  const [busy, setBusy] = createSignal(false);

  const current = () => ({ ...values }) as V;
  const focusFirst = (form: HTMLFormElement) => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  const focusOnArrival = (form: HTMLFormElement) => {
    if (matchMedia('(pointer: fine)').matches) queueMicrotask(() => form.querySelector('input')?.focus());
  };
  const checkRequired = (): boolean => {
    const empty = (options.required ?? []).filter((name) => !values[name]?.trim());
    for (const name of empty) setRefused(name, t('issues.required'));
    return empty.length === 0;
  };
  const showFailure = (failure: HearthError) => {
    const elsewhere = (failure.issues ?? []).filter((issue) => {
      if (!Object.hasOwn(options.values, issue.path)) return true;
      setRefused(issue.path, issueText(issue));
      return false;
    });
    if (elsewhere.length > 0 || !failure.issues?.length) setError(failure);
  };
  const onSubmit = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (busy()) return;
    setError(undefined);
    for (const name of Object.keys(refused)) setRefused(name, undefined);
    if (checkRequired()) {
      setBusy(true);
      const sent = current();
      const result = await options.submit(sent);
      setBusy(false);
      if (result.ok) return options.done(result.data, sent);
      showFailure(result.error);
    }
    focusFirst(form);
  };

  return {
    busy,
    error,
    values: current,
    set: (name: keyof V & string, value: string) => setValues(name, value),
    /** Says at a field why its value does not do. */
    refuse: (name: keyof V & string, text: string) => setRefused(name, text),
    /** Everything a text field needs to be part of the form. */
    field: (name: keyof V & string): FormField => ({
      name,
      value: values[name] ?? '',
      error: refused[name],
      required: options.required?.includes(name),
      onValue: (value: string) => {
        setValues(name, value);
        setRefused(name, undefined);
      },
    }),
    /** Spread onto the `<form>`. The browser's own bubbles are off: they speak its language and vanish. */
    form: { onSubmit, novalidate: true, ref: options.focus ? focusOnArrival : undefined },
  };
}
