import type { Action, OpenOutbox } from '@shared/client/outbox-storage.ts';
import type { Result } from '@shared/kernel/result.ts';

/** A browser's database as the outbox sees it: outlives the pages that open it, and lets them hear of each other. */
export class KeptActions {
  readonly #byOwner = new Map<string, Map<string, Action>>();
  readonly #pages = new Set<{ owner: string; removed: (key: string, result: Result<unknown>) => void }>();

  of(owner: string): Action[] {
    return [...(this.#byOwner.get(owner)?.values() ?? [])];
  }

  put(owner: string, action: Action): void {
    const actions = this.#byOwner.get(owner) ?? new Map<string, Action>();
    this.#byOwner.set(owner, actions.set(action.key, action));
  }

  /** Opens it for one page. */
  page(): OpenOutbox {
    return async (owner, removed) => {
      const page = { owner, removed };
      this.#pages.add(page);
      return {
        load: async () => structuredClone(this.of(owner)),
        save: async (action) => this.put(owner, structuredClone(action)),
        remove: async (key, result) => {
          this.#byOwner.get(owner)?.delete(key);
          for (const other of this.#pages) if (other !== page && other.owner === owner) other.removed(key, result);
        },
        close: () => void this.#pages.delete(page),
      };
    };
  }
}
