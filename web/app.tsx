import { Route, Router } from '@solidjs/router';
import type { Hearth } from '@shared/client/types.ts';
import { I18nProvider, type Language } from './i18n/i18n.tsx';
import { basePath, pathWithin } from './platform/base.ts';
import { lazyPage } from './platform/lazy-page.tsx';
import { HearthProvider } from './platform/hearth.tsx';
import { ThemeProvider } from './platform/theme.tsx';
import { HomePage } from './shell/HomePage.tsx';
import { PageRoot } from './shell/PageRoot.tsx';
import { SignedIn } from './shell/SignedIn.tsx';

const ChatPage = lazyPage(() => import('./chat/ChatPage.tsx'));
const DashboardPage = lazyPage(() => import('./dashboard/DashboardPage.tsx'));
const ModulesPage = lazyPage(() => import('./modules/ModulesPage.tsx'));
const ModulePage = lazyPage(() => import('./modules/ModulePage.tsx'));
const ModuleManagePage = lazyPage(() => import('./modules/manage/ModuleManagePage.tsx'));
const PeoplePage = lazyPage(() => import('./people/PeoplePage.tsx'));
const AdminPage = lazyPage(() => import('./admin/AdminPage.tsx'));
const SettingsPage = lazyPage(() => import('./settings/SettingsPage.tsx'));
const DocsPage = lazyPage(() => import('./docs/DocsPage.tsx'));
const ModulesGuidePage = lazyPage(() => import('./docs/ModulesGuidePage.tsx'));
const SignInPage = lazyPage(() => import('./auth/SignInPage.tsx'));
const SetupPage = lazyPage(() => import('./auth/SetupPage.tsx'));
const InvitePage = lazyPage(() => import('./auth/InvitePage.tsx'));
const NotFoundPage = lazyPage(() => import('./shell/NotFoundPage.tsx'));

// The page most people open comes while the session is looked up, not after.
if (/^\/(rooms(\/|$)|$)/.test(pathWithin(location.pathname))) void ChatPage.preload();

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
              <Route path="/modules" component={ModulesPage} />
              <Route path="/modules/:id" component={ModulePage} />
              <Route path="/modules/:id/manage" component={ModuleManagePage} />
              <Route path="/people" component={PeoplePage} />
              <Route path="/admin" component={AdminPage} />
              <Route path="/settings" component={SettingsPage} />
              <Route path="/docs" component={DocsPage} />
              <Route path="/docs/modules" component={ModulesGuidePage} />
              <Route path="*" component={NotFoundPage} />
            </Route>
          </Router>
        </HearthProvider>
      </ThemeProvider>
    </I18nProvider>
  );
}
