import type { Hearth } from '@shared/client/types.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import { createSignal } from 'solid-js';
import { applyChanged, applyToggled } from './apply-event.ts';

/** The modules this person sees, as they are now, on whichever page they are. */
export function createModuleList(hearth: Hearth) {
  const [modules, setModules] = createSignal<readonly ModuleInfo[]>();
  const [error, setError] = createSignal<HearthError>();
  const [busy, setBusy] = createSignal(false);
  let outdated = false;
  let ended = false;

  /** What changes while the answer is on its way may or may not be in it: then it is asked for once more. */
  async function reload(): Promise<void> {
    outdated = busy();
    if (busy() || ended) return;
    setBusy(true);
    const result = await hearth.api.modules.list();
    setBusy(false);
    if (ended) return;
    if (result.ok) setModules(result.data);
    setError(result.ok ? undefined : result.error);
    if (outdated) await reload();
  }

  const change = (next: (known: readonly ModuleInfo[]) => readonly ModuleInfo[]) => {
    setModules((known) => known && next(known));
    void reload();
  };
  const ends = [
    hearth.events.on('plugin_toggled', (event) => change((known) => applyToggled(known, event))),
    hearth.events.on('module_changed', (event) => change((known) => applyChanged(known, event))),
    // A change of state is not replayed: after a gap the list is asked for again.
    hearth.events.onOnline(() => void reload()),
  ];
  void reload();

  return {
    /** Undefined until they were loaded once. */
    modules,
    /** Why they could not be loaded last. */
    error,
    busy,
    reload: () => void reload(),
    find: (id: string): ModuleInfo | undefined => modules()?.find((module) => module.id === id),
    /** Takes over what the server answered about one of them. */
    put: (module: ModuleInfo): void => {
      setModules((known) => known?.map((other) => (other.id === module.id ? module : other)));
    },
    dispose(): void {
      ended = true;
      for (const end of ends) end();
    },
  };
}
export type ModuleList = ReturnType<typeof createModuleList>;
