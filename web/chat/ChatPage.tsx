import { PageLayout } from '../shell/PageLayout.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';

export default function ChatPage() {
  return (
    <PageLayout>
      <PageHeader title="" />
    </PageLayout>
  );
}
