import { A, useNavigate, useParams } from '@solidjs/router';
import type { InvitePreview } from '@shared/people/schema.ts';
import { Match, Show, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { storedLocale } from '../i18n/stored-locale.ts';
import { createCall } from '../platform/call.ts';
import { useHearth, useSession } from '../platform/hearth.tsx';
import { usePageTitle } from '../shell/title.ts';
import { ButtonLink } from '../ui/Button.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { createForm } from '../ui/form.ts';
import { Skeleton } from '../ui/Skeleton.tsx';
import { formatRelative } from '../ui/Time.tsx';
import { AccountFields } from './AccountFields.tsx';
import { AuthForm } from './AuthForm.tsx';
import { AuthLayout } from './AuthLayout.tsx';

function JoinForm(props: { code: string }) {
  const { t } = useI18n();
  const hearth = useHearth();
  const navigate = useNavigate();
  const form = createForm({
    focus: true,
    values: { name: '', email: '', password: '' },
    required: ['name', 'email', 'password'],
    submit(values) {
      // The account follows the browser until its owner chooses a language.
      const chosen = storedLocale();
      return hearth.api.people.acceptInvite({ ...values, code: props.code, ...(chosen ? { locale: chosen } : {}) });
    },
    done: (data) => {
      hearth.signedIn(data.user);
      navigate('/', { replace: true });
    },
  });
  return (
    <AuthForm form={form} submit={t('invite.submit')}>
      <AccountFields form={form} />
    </AuthForm>
  );
}

function Invitation(props: { code: string; preview: InvitePreview }) {
  const { t, region } = useI18n();
  const session = useSession();
  const text = () =>
    `${t('invite.text', { name: props.preview.invitedBy, role: t(`role.${props.preview.role}`) })} ${t(
      'invite.expires',
      { when: formatRelative(props.preview.expiresAt, Date.now(), region()) },
    )}`;
  const signedInAs = () => {
    const now = session();
    return now.status === 'signedIn' ? now.user.name : undefined;
  };
  return (
    <AuthLayout
      title={t('invite.lead', { team: props.preview.teamName })}
      text={text()}
      footer={<A href="/signin">{t('invite.haveAccount')}</A>}
    >
      <Show when={signedInAs()}>{(name) => <p class="auth-note">{t('invite.signedInAs', { name: name() })}</p>}</Show>
      <JoinForm code={props.code} />
    </AuthLayout>
  );
}

/** Where an invitation link leads. */
export default function InvitePage() {
  const { t } = useI18n();
  const hearth = useHearth();
  const params = useParams<{ code: string }>();
  const preview = createCall(
    () => params.code,
    (code) => hearth.api.people.invitation({ code }),
  );
  usePageTitle(() => t('invite.title'));
  // A code of the wrong shape is as good as an unknown one.
  const invalid = () => ['people.invite_invalid', 'request.invalid'].includes(preview.error()?.code ?? '');
  return (
    <Switch
      fallback={
        <AuthLayout title={t('invite.title')}>
          <Skeleton label={t('app.loading')} kind="row" lines={3} />
        </AuthLayout>
      }
    >
      <Match when={invalid()}>
        <AuthLayout title={t('invite.invalid')} text={t('invite.invalidText')}>
          <ButtonLink class="auth-submit" href="/">
            {t('invite.toHearth')}
          </ButtonLink>
        </AuthLayout>
      </Match>
      <Match when={preview.error()}>
        {(error) => (
          <AuthLayout title={t('invite.title')}>
            <ErrorNote error={error()} busy={preview.busy()} onRetry={preview.reload} />
          </AuthLayout>
        )}
      </Match>
      <Match when={preview.data()}>{(known) => <Invitation code={params.code} preview={known()} />}</Match>
    </Switch>
  );
}
