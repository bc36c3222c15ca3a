import { type Accessor, createContext, createSignal, type ParentProps, useContext } from 'solid-js';
import { storage } from './storage.ts';

export const themes = ['light', 'dark', 'system'] as const;
export type Theme = (typeof themes)[number];

const isTheme = (value: unknown): value is Theme => themes.some((theme) => theme === value);

/** The browser's own bars; one tag for each scheme of the system. As in `public/theme.js`. */
function colourBrowser(theme: Theme): void {
  const own = { light: '#faf7f3', dark: '#171310' };
  for (const tag of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const scheme = tag.media.includes('dark') ? 'dark' : 'light';
    tag.content = own[theme === 'system' ? scheme : theme];
  }
}

const ThemeContext = createContext<{ theme: Accessor<Theme>; setTheme: (theme: Theme) => void }>();

/** Holds the chosen theme; `public/theme.js` applies the stored one before the first paint. */
export function ThemeProvider(props: ParentProps) {
  const [theme, setSignal] = createSignal<Theme>(storage.get('theme', 'system', isTheme));
  const setTheme = (next: Theme) => {
    const root = document.documentElement;
    if (next === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = next;
    colourBrowser(next);
    storage.set('theme', next);
    setSignal(next);
  };
  return <ThemeContext.Provider value={{ theme, setTheme }}>{props.children}</ThemeContext.Provider>;
}

export function useTheme() {
  const context = useContext(ThemeContext);
  if (!context) throw new Error('ThemeProvider is missing above this component');
  return context;
}
