import { useNavigate } from '@solidjs/router';
import { Match, Show, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { createCall } from '../platform/call.ts';
import { useHearth } from '../platform/hearth.tsx';
import { usePageTitle } from '../shell/title.ts';
import { ButtonLink } from '../ui/Button.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { createForm } from '../ui/form.ts';
import { Skeleton } from '../ui/Skeleton.tsx';
import { TextField } from '../ui/TextField.tsx';
import { AccountFields } from './AccountFields.tsx';
import { AuthForm } from './AuthForm.tsx';
import { AuthLayout } from './AuthLayout.tsx';
import { takeSetupToken } from './setup-token.ts';

function SetupForm(props: { tokenNeeded: boolean }) {
  const { t, locale } = useI18n();
  const hearth = useHearth();
  const navigate = useNavigate();
  const fromLink = takeSetupToken();
  const form = createForm({
    focus: true,
    values: { teamName: '', name: '', email: '', password: '', token: fromLink ?? '' },
    required: ['teamName', 'name', 'email', 'password', ...(props.tokenNeeded ? (['token'] as const) : [])],
    submit: ({ token, ...values }) =>
      hearth.api.auth.setup({ ...values, locale: locale(), ...(token ? { token: token.trim() } : {}) }),
    done: (data) => {
      hearth.signedIn(data.user);
      navigate('/', { replace: true });
    },
  });
  return (
    <AuthForm form={form} submit={t('setup.submit')}>
      <TextField {...form.field('teamName')} label={t('setup.teamName')} autocomplete="organization" maxlength={80} />
      <AccountFields form={form} />
      <Show when={props.tokenNeeded}>
        <TextField
          {...form.field('token')}
          label={t('setup.token')}
          hint={t('setup.tokenHint')}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxlength={200}
        />
      </Show>
    </AuthForm>
  );
}

/** Makes the team and its first admin, once. */
export default function SetupPage() {
  const { t } = useI18n();
  const hearth = useHearth();
  const status = createCall(
    () => true,
    () => hearth.api.auth.status(),
  );
  usePageTitle(() => t('setup.title'));
  return (
    <Switch
      fallback={
        <AuthLayout title={t('setup.lead')} text={t('setup.text')}>
          <Skeleton label={t('app.loading')} kind="row" lines={4} />
        </AuthLayout>
      }
    >
      <Match when={status.error()}>
        {(error) => (
          <AuthLayout title={t('setup.title')}>
            <ErrorNote error={error()} busy={status.busy()} onRetry={status.reload} />
          </AuthLayout>
        )}
      </Match>
      <Match when={status.data()?.setupNeeded === false}>
        <AuthLayout title={t('setup.done')} text={t('setup.doneText')}>
          <ButtonLink class="auth-submit" href="/signin" variant="primary">
            {t('signIn.submit')}
          </ButtonLink>
        </AuthLayout>
      </Match>
      <Match when={status.data()}>
        {(known) => (
          <AuthLayout title={t('setup.lead')} text={t('setup.text')}>
            <SetupForm tokenNeeded={known().setupTokenNeeded} />
          </AuthLayout>
        )}
      </Match>
    </Switch>
  );
}
