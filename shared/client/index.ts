export type { HearthError, Result } from '../kernel/result.ts';
export { createHearth } from './hearth.ts';
export type * from './types.ts';
