import { useNavigate, useSearchParams } from '@solidjs/router';
import type { Status } from '@shared/auth/schema.ts';
import { createEffect, createSignal, onCleanup, onMount, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useHearth, useSession, useStart } from '../platform/hearth.tsx';
import { safeReturn } from '../shell/return-path.ts';
import { usePageTitle } from '../shell/title.ts';
import { createForm } from '../ui/form.ts';
import { AuthForm } from './AuthForm.tsx';
import { AuthLayout } from './AuthLayout.tsx';
import { EmailField } from './EmailField.tsx';
import { PasswordField } from './PasswordField.tsx';

export default function SignInPage() {
  const { t } = useI18n();
  const hearth = useHearth();
  const session = useSession();
  const navigate = useNavigate();
  const [query] = useSearchParams<{ return?: string; reason?: string }>();
  const [status, setStatus] = createSignal<Status>();
  usePageTitle(() => t('signIn.title'));

  onMount(async () => {
    const result = await hearth.api.auth.status();
    if (!result.ok) return;
    if (result.data.setupNeeded) navigate('/setup', { replace: true });
    setStatus(result.data);
  });
  // Another tab may have signed in while this one waited.
  const { retry } = useStart();
  addEventListener('focus', retry);
  onCleanup(() => removeEventListener('focus', retry));
  createEffect(() => {
    if (session().status === 'signedIn') navigate(safeReturn(query.return), { replace: true });
  });

  const form = createForm({
    focus: true,
    values: { email: '', password: '' },
    required: ['email', 'password'],
    submit: (values) => hearth.api.auth.signIn(values),
    done: (data) => hearth.signedIn(data.user),
  });
  const title = () => {
    const team = status()?.teamName;
    return team ? t('signIn.team', { team }) : t('signIn.welcome');
  };
  return (
    <AuthLayout title={title()} footer={t('signIn.hint')}>
      <Show when={query.reason === 'ended'}>
        <p class="auth-note" role="status">
          {t('signIn.ended')}
        </p>
      </Show>
      <AuthForm form={form} submit={t('signIn.submit')}>
        <EmailField {...form.field('email')} />
        <PasswordField {...form.field('password')} label={t('account.password')} autocomplete="current-password" />
      </AuthForm>
    </AuthLayout>
  );
}
