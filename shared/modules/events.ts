import { z } from 'zod';
import { ModuleId, ModuleState } from './schema.ts';

/** Journalled on `global` when a module is switched on or off. */
export const PluginToggled = z.object({ plugin: ModuleId, enabled: z.boolean() });
/** Ephemeral on `global`: something about a module changed; whoever shows modules asks again. */
export const ModuleChanged = z.object({ id: ModuleId, state: ModuleState });

export const moduleEvents = { plugin_toggled: PluginToggled, module_changed: ModuleChanged } as const;
