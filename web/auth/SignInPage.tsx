import { PageLayout } from '../shell/PageLayout.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';

export default function SignInPage() {
  return (
    <PageLayout>
      <PageHeader title="" />
    </PageLayout>
  );
}
