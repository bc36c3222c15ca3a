import './docs.css';
import { A } from '@solidjs/router';
import guide from 'virtual:modules-guide';
import { createMemo, For } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { PageLayout } from '../shell/PageLayout.tsx';
import { usePageTitle } from '../shell/title.ts';
import { Chapters, headingId } from '../ui/markdown/Markdown.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';

/** From nothing to a live module: the text that lies beside the code, with its chapters to jump to. */
export default function ModulesGuidePage() {
  const { t, locale } = useI18n();
  usePageTitle(() => t('docs.guideTitle'));
  const text = () => guide[locale()];
  const chapters = createMemo(() => [...text().matchAll(/^## (.+)$/gm)].map(([, title = '']) => title));
  const goTo = (title: string) => {
    const chapter = document.getElementById(headingId(title));
    chapter?.scrollIntoView({ block: 'start' });
    chapter?.focus({ preventScroll: true });
  };
  const sidebar = () => (
    <nav class="docs-nav" aria-label={t('docs.chapters')}>
      <ul role="list">
        <For each={chapters()}>
          {(title) => (
            <li>
              <button type="button" class="docs-nav-link" onClick={() => goTo(title)}>
                {title}
              </button>
            </li>
          )}
        </For>
      </ul>
    </nav>
  );
  return (
    <PageLayout sidebar={sidebar()} sidebarLabel={t('docs.chapters')} show="main" keepNavigation>
      <PageHeader title={t('docs.guideTitle')} description={<A href="/docs">{t('docs.title')}</A>} />
      <div class="page-body">
        <div class="docs">
          <Chapters text={text()} />
        </div>
      </div>
    </PageLayout>
  );
}
