import { useNavigate } from '@solidjs/router';
import BookOpen from 'lucide-solid/icons/book-open';
import LogOut from 'lucide-solid/icons/log-out';
import Settings from 'lucide-solid/icons/settings';
import { createSignal } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useMe, useSignOut } from '../platform/hearth.tsx';
import { themes, useTheme } from '../platform/theme.tsx';
import { createLanguageChoice } from '../settings/language-choice.ts';
import { Avatar } from '../ui/Avatar.tsx';
import Menu, { MenuChoice, MenuItem, MenuSeparator } from '../ui/Menu.tsx';
import { useToasts } from '../ui/Toasts.tsx';

/** Mounted by its first click: it starts open. */
export default function AccountMenu(props: { label: string }) {
  const { t, errorText } = useI18n();
  const { signOut } = useSignOut();
  const me = useMe();
  const navigate = useNavigate();
  const toasts = useToasts();
  const { theme, setTheme } = useTheme();
  const language = createLanguageChoice();
  const [open, setOpen] = createSignal(true);
  const leave = async () => {
    const result = await signOut();
    if (!result.ok) toasts.show({ text: errorText(result.error), tone: 'danger' });
  };
  return (
    <Menu
      open={open()}
      onOpenChange={setOpen}
      label={props.label}
      triggerClass="rail-account"
      placement={matchMedia('(width < 48rem)').matches ? 'top-end' : 'right-end'}
      trigger={<Avatar id={me().id} name={me().name} />}
    >
      <div class="account-card">
        <p class="account-name">{me().name}</p>
        <p class="account-email">{me().email}</p>
      </div>
      <MenuSeparator />
      <MenuItem icon={<Settings />} onSelect={() => navigate('/settings')}>
        {t('nav.settings')}
      </MenuItem>
      <MenuItem icon={<BookOpen />} onSelect={() => navigate('/docs')}>
        {t('nav.docs')}
      </MenuItem>
      <MenuSeparator />
      <MenuChoice
        label={t('theme.label')}
        value={theme()}
        options={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
        onValue={setTheme}
      />
      <MenuSeparator />
      <MenuChoice
        label={t('language.label')}
        value={language.value()}
        options={language.options()}
        onValue={(value) => void language.choose(value)}
      />
      <MenuSeparator />
      <MenuItem icon={<LogOut />} onSelect={() => void leave()}>
        {t('nav.signOut')}
      </MenuItem>
    </Menu>
  );
}
