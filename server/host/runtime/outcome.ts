import { commonErrors, type ErrorDef } from '@shared/kernel/errors.ts';
import { moduleErrors } from '@shared/modules/errors.ts';
import type { Result } from '@shared/kernel/result.ts';
import type { z } from 'zod';

/** A fault of the module's code, told in its log with what to mend. */
export class ModuleFault extends Error {
  override readonly name = 'ModuleFault';
}

const always = new Set([...commonErrors, ...moduleErrors].map(({ code }) => code));

const isResult = (value: unknown): value is Result<unknown> =>
  typeof value === 'object' && value !== null && 'ok' in value && (value.ok === true || value.ok === false);

/** Holds what a verb returned against what it declared. Throws a ModuleFault where it did not keep to it. */
export function checkResult(name: string, value: unknown, errors: readonly ErrorDef[] = []): Result<unknown> {
  if (!isResult(value)) throw new ModuleFault(`${name} returned no result: return ok(…) or fail(…)`);
  if (value.ok) return value;
  const code = value.error?.code;
  if (!always.has(code) && !errors.some((error) => error.code === code))
    throw new ModuleFault(`${name} answered with the error ${String(code)}, which it does not declare`);
  return value;
}

/** Throws a ModuleFault that says where a value breaks its schema. */
export function checkValue(name: string, schema: z.ZodType, value: unknown): void {
  const parsed = schema.safeParse(value);
  if (parsed.success) return;
  const issues = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`);
  throw new ModuleFault(`${name} broke its own schema: ${issues.join('; ')}`);
}

/** What the log says of something that was thrown. */
export const faultText = (where: string, error: unknown): string =>
  error instanceof ModuleFault
    ? error.message
    : `${where} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
