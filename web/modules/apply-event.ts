import type { EventMap } from '@shared/events.ts';
import type { ModuleInfo } from '@shared/modules/schema.ts';

type Modules = readonly ModuleInfo[];

/** Others than admins see modules that run, and nothing of those that do not. */
const isShown = (module: ModuleInfo): boolean => module.admin !== null || module.enabled;

function change(modules: Modules, id: string, next: (module: ModuleInfo) => Partial<ModuleInfo>): Modules {
  const at = modules.findIndex((module) => module.id === id);
  const known = modules[at];
  if (!known) return modules;
  return modules.with(at, { ...known, ...next(known) }).filter(isShown);
}

/** A module was switched on or off: seen at once, before the list is there anew. */
export const applyToggled = (modules: Modules, { plugin, enabled }: EventMap['plugin_toggled']): Modules =>
  change(modules, plugin, ({ state }) => {
    if (!enabled) return { enabled, state: 'disabled' };
    return { enabled, state: state === 'disabled' ? 'loading' : state };
  });

export const applyChanged = (modules: Modules, { id, state }: EventMap['module_changed']): Modules =>
  change(modules, id, ({ enabled }) => ({ state, enabled: enabled && state !== 'disabled' }));

/** By title, as the language sorts; a module keeps its place whatever its state. */
export function sorted(modules: Modules, locale: string): ModuleInfo[] {
  const collator = new Intl.Collator(locale, { sensitivity: 'base', numeric: true });
  return modules.toSorted((a, b) => collator.compare(a.title, b.title) || (a.id < b.id ? -1 : 1));
}
