import { basePath } from './base.ts';

const prefix = `hearth:${basePath}:`;

/**
 * localStorage that never throws (private windows, full disks, blocked storage): reading gives the fallback, writing is
 * lost. Keys carry the base path, so that two Hearths on one host keep apart.
 */
export const storage = {
  get<T>(key: string, fallback: T, isValid: (value: unknown) => value is T): T {
    try {
      const text = localStorage.getItem(prefix + key);
      if (text === null) return fallback;
      const value: unknown = JSON.parse(text);
      return isValid(value) ? value : fallback;
    } catch {
      return fallback;
    }
  },
  set(key: string, value: unknown): void {
    try {
      localStorage.setItem(prefix + key, JSON.stringify(value));
    } catch {
      // Without storage the choice holds until the page is left.
    }
  },
  remove(key: string): void {
    try {
      localStorage.removeItem(prefix + key);
    } catch {
      // Nothing was stored.
    }
  },
};

export const isString = (value: unknown): value is string => typeof value === 'string';
