import { useHearth, useMe } from '../platform/hearth.tsx';
import { sessionStore } from '../platform/session-store.ts';
import { createModuleList, type ModuleList } from './module-list.ts';

const listOf = sessionStore(createModuleList);

/** The one list of modules of the signed-in person. */
export const useModules = (): ModuleList => listOf(useHearth(), useMe()().id);
