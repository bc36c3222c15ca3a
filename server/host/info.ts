import type { ModuleInfo, ModuleState } from '@shared/modules/schema.ts';
import { reaches, type Role } from '../modules/identity.ts';
import type { Life } from './life.ts';

export interface InfoOptions {
  role: Role;
  trusted: boolean;
  /** Why its page is not shown; undefined where all is well. */
  pageProblem: string | undefined;
}

/** States of modules that answer, or will in a moment. */
const running: ReadonlySet<ModuleState> = new Set(['active', 'retrying', 'migrating']);

/** Whether people who are no admins see it. */
export const isShownToAll = ({ isEnabled, state }: Life): boolean => isEnabled && running.has(state);

/** What somebody of this role is told of a module. */
export function infoOf(life: Life, { role, trusted, pageProblem }: InfoOptions): ModuleInfo {
  const { id, description, isEnabled, state, source } = life;
  const granted = life.granted();
  const reasons = [life.reason, pageProblem && `Its page does not load: ${pageProblem}`];
  return {
    id,
    title: description?.title ?? id,
    description: description?.description ?? '',
    version: description?.version ?? '',
    enabled: isEnabled,
    state,
    shipped: source?.shipped ?? false,
    hasPage: typeof description?.page === 'string',
    tile: description?.tile ?? null,
    commands: Object.entries(description?.commands ?? {})
      .filter(([, { access }]) => access === 'public' || reaches(role, access))
      .map(([name, { description: text, usage }]) => ({ name, description: text, usage })),
    admin:
      role === 'admin'
        ? {
            reason: reasons.filter(Boolean).join('\n') || null,
            permissions: (description?.permissions ?? []).map((scope) => ({ scope, granted: granted.has(scope) })),
            hasSettings: life.settings !== null,
            trusted,
            instances: (life.version?.pool.instances ?? []).map(({ pid, startedAt, memory, running: busy }) => ({
              pid,
              startedAt,
              memory: memory ?? null,
              running: busy,
            })),
            changedAt: life.changedAt,
          }
        : null,
  };
}
