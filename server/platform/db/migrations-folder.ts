import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the migrations lie: embedded beside this code in the binary, else in the working tree. */
export function migrationsFolder(): string {
  const embedded = join(import.meta.dir, 'migrations');
  return Bun.isStandaloneExecutable && existsSync(embedded) ? embedded : join(import.meta.dir, '../../migrations');
}
