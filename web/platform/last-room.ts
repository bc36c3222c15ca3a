import { isString, storage } from './storage.ts';

const key = (userId: string) => `last-room:${userId}`;

/** The room a person looked at last in this browser: where `/` leads. */
export const lastRoom = {
  get: (userId: string): string | undefined => storage.get(key(userId), '', isString) || undefined,
  remember: (userId: string, roomId: string): void => storage.set(key(userId), roomId),
  forget: (userId: string): void => storage.remove(key(userId)),
};
