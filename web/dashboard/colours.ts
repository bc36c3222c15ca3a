import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import { useTheme } from '../platform/theme.tsx';
import type { TileTone } from '../ui/Tile.tsx';

const tokens = {
  text: '--color-text-muted',
  grid: '--color-border',
  surface: '--color-surface',
  crosshair: '--color-border-control',
  one: '--color-series-1',
  two: '--color-series-2',
  three: '--color-series-3',
  four: '--color-series-4',
  five: '--color-series-5',
} as const;

export type Tone = TileTone;
export type Colours = Readonly<Record<keyof typeof tokens, string>>;

/** A canvas does not know custom properties: the browser is asked what they come to in the theme of the moment. */
function readColours(): Colours {
  const probe = document.createElement('span');
  document.body.append(probe);
  const entries = Object.entries(tokens).map(([name, token]) => {
    probe.style.color = `var(${token})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(entries) as Colours;
}

/** The colours for canvases, read again when the theme changes, here or in the system. */
export function createColours(): Accessor<Colours> {
  const { theme } = useTheme();
  const [colours, setColours] = createSignal(readColours());
  const read = () => setColours(readColours());
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', read);
  onCleanup(() => system.removeEventListener('change', read));
  createEffect(on(theme, read, { defer: true }));
  return colours;
}

/** The colour, so much see-through. */
export const faded = (colour: string, alpha: number): string =>
  colour.replace(/^rgba?\((\d+), (\d+), (\d+).*\)$/, `rgba($1, $2, $3, ${alpha})`);
