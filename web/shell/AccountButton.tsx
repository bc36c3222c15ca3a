import { createSignal, lazy, Show, Suspense } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useMe } from '../platform/hearth.tsx';
import { Avatar } from '../ui/Avatar.tsx';

const load = () => import('./AccountMenu.tsx');
const AccountMenu = lazy(load);

/** The person's avatar; the menu behind it comes with its first use. */
export function AccountButton() {
  const { t } = useI18n();
  const me = useMe();
  const [wanted, setWanted] = createSignal(false);
  const label = () => t('nav.account', { name: me().name });
  const plain = () => (
    <button
      type="button"
      class="rail-account"
      aria-haspopup="menu"
      aria-expanded="false"
      aria-label={label()}
      title={label()}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    >
      <Avatar id={me().id} name={me().name} />
    </button>
  );
  return (
    <Show when={wanted()} fallback={plain()}>
      <Suspense fallback={plain()}>
        <AccountMenu label={label()} />
      </Suspense>
    </Show>
  );
}
