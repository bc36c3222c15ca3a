import { Route, Router } from '@solidjs/router';
import type { Hearth } from '@shared/client/types.ts';
import { lazy } from 'solid-js';
import { I18nProvider, type Language } from './i18n/i18n.tsx';
import { basePath } from './platform/base.ts';
import { HearthProvider } from './platform/hearth.tsx';
import { ThemeProvider } from './platform/theme.tsx';
import { HomePage } from './shell/HomePage.tsx';
import { PageRoot } from './shell/PageRoot.tsx';
import { SignedIn } from './shell/SignedIn.tsx';

const ChatPage = lazy(() => import('./chat/ChatPage.tsx'));
const DashboardPage = lazy(() => import('./dashboard/DashboardPage.tsx'));
const PeoplePage = lazy(() => import('./people/PeoplePage.tsx'));
const SettingsPage = lazy(() => import('./settings/SettingsPage.tsx'));
const DocsPage = lazy(() => import('./docs/DocsPage.tsx'));
const SignInPage = lazy(() => import('./auth/SignInPage.tsx'));
const SetupPage = lazy(() => import('./auth/SetupPage.tsx'));
const InvitePage = lazy(() => import('./auth/InvitePage.tsx'));
const NotFoundPage = lazy(() => import('./shell/NotFoundPage.tsx'));

export function App(props: { hearth: Hearth; language: Language }) {
  return (
    <I18nProvider initial={props.language}>
      <ThemeProvider>
        <HearthProvider hearth={props.hearth}>
          <Router base={basePath.replace(/\/$/, '')} root={PageRoot}>
            <Route path="/signin" component={SignInPage} />
            <Route path="/setup" component={SetupPage} />
            <Route path="/invite/:code" component={InvitePage} />
            <Route component={SignedIn}>
              <Route path="/" component={HomePage} />
              <Route path="/rooms/:roomId?" component={ChatPage} />
              <Route path="/dashboard" component={DashboardPage} />
              <Route path="/people" component={PeoplePage} />
              <Route path="/settings" component={SettingsPage} />
              <Route path="/docs" component={DocsPage} />
              <Route path="*" component={NotFoundPage} />
            </Route>
          </Router>
        </HearthProvider>
      </ThemeProvider>
    </I18nProvider>
  );
}
