import { createHearth } from '@shared/client/index.ts';
import { render } from 'solid-js/web';
import { App } from './app.tsx';
import { loadLanguage } from './i18n/i18n.tsx';
import { browserLocale } from './i18n/locale.ts';
import { storedLocale } from './i18n/stored-locale.ts';
import { baseUrl } from './platform/base.ts';
import { watchForMissingChunks } from './platform/stale-chunks.ts';

watchForMissingChunks();
const hearth = createHearth({ baseUrl, build: __BUILD__ });
const language = await loadLanguage(storedLocale() ?? browserLocale());
document.documentElement.lang = language.locale;
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
render(() => <App hearth={hearth} language={language} />, root);
