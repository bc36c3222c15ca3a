import Blocks from 'lucide-solid/icons/blocks';
import { useI18n } from '../i18n/i18n.tsx';
import { ButtonLink } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';

/** In the place of a module that is not there, or not for this person. */
export function ModuleAbsent() {
  const { t } = useI18n();
  return (
    <>
      <PageHeader back="/modules" title={t('modules.title')} />
      <EmptyState
        icon={<Blocks />}
        title={t('modules.absent')}
        text={t('modules.absentText')}
        action={
          <ButtonLink href="/modules" variant="primary">
            {t('modules.toList')}
          </ButtonLink>
        }
      />
    </>
  );
}
