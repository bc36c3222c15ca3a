import Compass from 'lucide-solid/icons/compass';
import { useI18n } from '../i18n/i18n.tsx';
import { ButtonLink } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';
import { PageLayout } from './PageLayout.tsx';
import { usePageTitle } from './title.ts';

export default function NotFoundPage() {
  const { t } = useI18n();
  usePageTitle(() => t('notFound.title'));
  return (
    <PageLayout>
      <PageHeader title={t('notFound.title')} />
      <EmptyState
        icon={<Compass />}
        title={t('notFound.text')}
        action={
          <ButtonLink href="/" variant="primary">
            {t('notFound.home')}
          </ButtonLink>
        }
      />
    </PageLayout>
  );
}
