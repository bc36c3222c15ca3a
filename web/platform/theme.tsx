import { type Accessor, createContext, createSignal, type ParentProps, useContext } from 'solid-js';
import { storage } from './storage.ts';

export const themes = ['light', 'dark', 'system'] as const;
export type Theme = (typeof themes)[number];

const isTheme = (value: unknown): value is Theme => themes.some((theme) => theme === value);

const ThemeContext = createContext<{ theme: Accessor<Theme>; setTheme: (theme: Theme) => void }>();

/** Holds the chosen theme; `public/theme.js` applies the stored one before the first paint. */
export function ThemeProvider(props: ParentProps) {
  const [theme, setSignal] = createSignal<Theme>(storage.get('theme', 'system', isTheme));
  const setTheme = (next: Theme) => {
    const root = document.documentElement;
    if (next === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = next;
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
