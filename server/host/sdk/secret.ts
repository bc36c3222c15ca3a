import type { z } from 'zod';

/** Marks a setting as a secret: write-only in the form, encrypted at rest. `secret(z.string()).optional()`. */
export const secret = <S extends z.ZodString>(schema: S): S => schema.meta({ 'x-secret': true }) as S;
