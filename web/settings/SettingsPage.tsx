import './settings.css';
import { A } from '@solidjs/router';
import { Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useHearthState } from '../platform/hearth.tsx';
import { themes, useTheme } from '../platform/theme.tsx';
import { PageLayout } from '../shell/PageLayout.tsx';
import { usePageTitle } from '../shell/title.ts';
import { PageHeader } from '../ui/PageHeader.tsx';
import { PaneBoundary } from '../ui/PaneBoundary.tsx';
import { Select } from '../ui/Select.tsx';
import { createLanguageChoice } from './language-choice.ts';
import { Profile } from './Profile.tsx';
import { Sessions } from './Sessions.tsx';

function Looks() {
  const { t } = useI18n();
  const { theme, setTheme } = useTheme();
  const language = createLanguageChoice();
  return (
    <section class="settings-section" aria-labelledby="looks-title">
      <h2 class="settings-heading" id="looks-title">
        {t('settings.looks')}
      </h2>
      <div class="card card--raised settings-card settings-pair">
        <Select
          label={t('theme.label')}
          hint={t('settings.themeHint')}
          value={theme()}
          options={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
          onValue={setTheme}
        />
        <Select
          label={t('language.label')}
          hint={t('settings.languageHint')}
          value={language.value()}
          options={language.options()}
          onValue={(value) => void language.choose(value)}
        />
      </div>
    </section>
  );
}

function About() {
  const { t } = useI18n();
  const state = useHearthState();
  return (
    <section class="settings-section" aria-labelledby="about-title">
      <h2 class="settings-heading" id="about-title">
        {t('settings.about')}
      </h2>
      <div class="card card--raised settings-card settings-about">
        <Show when={state().welcome?.server}>
          {(server) => <p>{t('settings.version', { version: server().version, build: server().build })}</p>}
        </Show>
        <p>
          {t('settings.api')} <A href="/docs">{t('nav.docs')}</A>
        </p>
      </div>
    </section>
  );
}

export default function SettingsPage() {
  const { t } = useI18n();
  usePageTitle(() => t('settings.title'));
  return (
    <PageLayout>
      <PageHeader title={t('settings.title')} />
      <div class="page-body">
        <div class="page-column">
          <PaneBoundary>
            <Profile />
          </PaneBoundary>
          <Looks />
          <PaneBoundary>
            <Sessions />
          </PaneBoundary>
          <About />
        </div>
      </div>
    </PageLayout>
  );
}
