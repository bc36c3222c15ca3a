import { useI18n } from '../i18n/i18n.tsx';
import type { FormField } from '../ui/form.ts';
import { TextField } from '../ui/TextField.tsx';

/** The address by which somebody signs in; password managers take it for the name of the account. */
export function EmailField(props: FormField) {
  const { t } = useI18n();
  return (
    <TextField
      {...props}
      label={t('account.email')}
      type="email"
      autocomplete="username"
      autocapitalize="off"
      spellcheck={false}
      maxlength={254}
    />
  );
}
