import { z } from 'zod';

/** Opaque to clients; only ever sent back as it came. */
export const Cursor = z.string().min(1).max(200);

/** One page: `before` leads to older items, `after` to newer ones; a missing cursor means there are none. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), before: Cursor.optional(), after: Cursor.optional() });
export interface Page<T> {
  items: T[];
  before?: string;
  after?: string;
}
