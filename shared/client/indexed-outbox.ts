import { openDB } from 'idb';
import type { DBSchema } from 'idb';
import type { Result } from '../kernel/result.ts';
import type { Action, OutboxStorage } from './outbox-storage.ts';

interface Schema extends DBSchema {
  actions: {
    key: number;
    value: { owner: string; action: Action };
    indexes: { owner: string; key: [owner: string, key: string] };
  };
}

/**
 * Keeps a person's actions in the browser's database, over reloads and crashes. `name` tells instances of one origin
 * apart. Rejects where the browser allows no storage.
 */
export async function openIndexedOutbox(
  name: string,
  owner: string,
  removed: (key: string, result: Result<unknown>) => void,
): Promise<OutboxStorage> {
  const db = await openDB<Schema>(name, 1, {
    upgrade(created) {
      const actions = created.createObjectStore('actions', { autoIncrement: true });
      actions.createIndex('owner', 'owner');
      actions.createIndex('key', ['owner', 'action.key'], { unique: true });
    },
    // A newer page wants to change the database: it must not wait for this one.
    blocking: () => db.close(),
  });
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`${name}:${owner}`);
  const post = channel?.postMessage.bind(channel);
  channel?.addEventListener('message', ({ data }: MessageEvent<{ key: string; result: Result<unknown> }>) =>
    removed(data.key, data.result),
  );

  return {
    load: async () => (await db.getAllFromIndex('actions', 'owner', owner)).map(({ action }) => action),
    async save(action) {
      const transaction = db.transaction('actions', 'readwrite');
      const known = await transaction.store.index('key').getKey([owner, action.key]);
      if (known === undefined) await transaction.store.add({ owner, action });
      await transaction.done;
    },
    async remove(key, result) {
      const transaction = db.transaction('actions', 'readwrite');
      const known = await transaction.store.index('key').getKey([owner, key]);
      if (known !== undefined) await transaction.store.delete(known);
      await transaction.done;
      post?.({ key, result });
    },
    close() {
      channel?.close();
      db.close();
    },
  };
}
