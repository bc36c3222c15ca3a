import { type ParentProps, Show } from 'solid-js';
import { Button } from '../ui/Button.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import type { Form } from '../ui/form.ts';

/** What all pages before the app have below their title: fields, what the server says against them, one button. */
export function AuthForm(props: ParentProps<{ form: Pick<Form, 'form' | 'error' | 'busy'>; submit: string }>) {
  return (
    <form class="form" {...props.form.form}>
      {props.children}
      <Show when={props.form.error()}>{(error) => <ErrorNote error={error()} />}</Show>
      <Button class="auth-submit" type="submit" variant="primary" busy={props.form.busy()}>
        {props.submit}
      </Button>
    </form>
  );
}
