import type { Awaitable, Result } from '../kernel/result.ts';
import type { Outgoing } from './types.ts';

/** An action as it is kept. */
export type Action = Pick<Outgoing, 'key' | 'module' | 'function' | 'input' | 'createdAt'>;

/** Where the actions of one person are kept until they are answered, oldest first. A failing storage costs only the keeping. */
export interface OutboxStorage {
  load(): Awaitable<readonly Action[]>;
  save(action: Action): Awaitable<void>;
  /** Forgets an action; other pages that have it are told how it ended. */
  remove(key: string, result: Result<unknown>): Awaitable<void>;
  close?(): void;
}

/** Opens the storage of a person. `removed` hears of actions that another page has finished. */
export type OpenOutbox = (
  owner: string,
  removed: (key: string, result: Result<unknown>) => void,
) => Awaitable<OutboxStorage>;
