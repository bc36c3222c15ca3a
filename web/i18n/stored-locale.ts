import type { Locale } from '@shared/people/schema.ts';
import { storage } from '../platform/storage.ts';
import { isLocale } from './locale.ts';

const isStored = (value: unknown): value is Locale | null => value === null || isLocale(value);

/** The choice kept in this browser; null: as the browser prefers. */
export const storedLocale = (): Locale | null => storage.get<Locale | null>('locale', null, isStored);
export const storeLocale = (locale: Locale | null): void => storage.set('locale', locale);
