import type { docs as english } from '../en/docs.ts';
import type { Translation } from '../types.ts';

export const docs: Translation<typeof english> = {};
