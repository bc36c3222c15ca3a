import './settings.css';
import { Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useHearth, useMe } from '../platform/hearth.tsx';
import { Avatar } from '../ui/Avatar.tsx';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { createForm } from '../ui/form.ts';
import { TextField } from '../ui/TextField.tsx';
import { useToasts } from '../ui/Toasts.tsx';

/** One's own name; the e-mail address is what one signs in with and stays. */
export function Profile() {
  const { t } = useI18n();
  const hearth = useHearth();
  const me = useMe();
  const toasts = useToasts();
  const form = createForm({
    values: { name: me().name },
    required: ['name'],
    submit: (values) => hearth.api.people.updateMe(values),
    done: (user) => {
      hearth.signedIn(user);
      form.set('name', user.name);
      toasts.show({ text: t('settings.saved'), tone: 'ok' });
    },
  });
  return (
    <section class="settings-section" aria-labelledby="profile-title">
      <h2 class="settings-heading" id="profile-title">
        {t('settings.profile')}
      </h2>
      <div class="card card--raised settings-card">
        <div class="profile-head">
          <Avatar id={me().id} name={me().name} size="lg" />
          <div class="profile-text">
            <p class="profile-name">{me().name}</p>
            <p class="profile-email">{me().email}</p>
          </div>
          <Badge tone={me().role === 'admin' ? 'accent' : 'neutral'}>{t(`role.${me().role}`)}</Badge>
        </div>
        <form class="form" {...form.form}>
          <TextField
            {...form.field('name')}
            label={t('settings.name')}
            hint={t('settings.nameHint')}
            autocomplete="name"
            maxlength={80}
          />
          <Show when={form.error()}>{(error) => <ErrorNote error={error()} />}</Show>
          <div>
            <Button
              type="submit"
              variant="primary"
              busy={form.busy()}
              disabled={form.values().name.trim() === me().name}
            >
              {t('action.save')}
            </Button>
          </div>
        </form>
      </div>
    </section>
  );
}
