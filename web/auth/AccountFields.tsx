import { useI18n } from '../i18n/i18n.tsx';
import type { Form } from '../ui/form.ts';
import { TextField } from '../ui/TextField.tsx';
import { EmailField } from './EmailField.tsx';
import { PasswordField } from './PasswordField.tsx';

/** What a new account takes. */
export function AccountFields(props: { form: Pick<Form<Record<'name' | 'email' | 'password', string>>, 'field'> }) {
  const { t } = useI18n();
  return (
    <>
      <TextField {...props.form.field('name')} label={t('account.name')} autocomplete="name" maxlength={80} />
      <EmailField {...props.form.field('email')} />
      <PasswordField
        {...props.form.field('password')}
        label={t('account.password')}
        hint={t('account.passwordHint')}
        autocomplete="new-password"
      />
    </>
  );
}
