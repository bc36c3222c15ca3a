import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as zod from 'zod';
import * as sdk from '../sdk/sdk.ts';

const hasOwn = (folder: string, name: string): boolean => existsSync(join(folder, 'node_modules', name));

/**
 * Offers `hearth:sdk` to what this process imports from now on, and our zod as `zod` unless the folder's own packages have
 * one. Once in a process: what is registered stays.
 */
export function offerVirtualModules(folder: string): void {
  Bun.plugin({
    name: 'hearth',
    setup(build) {
      build.module('hearth:sdk', () => ({ exports: { ...sdk }, loader: 'object' }));
      if (!hasOwn(folder, 'zod'))
        build.module('zod', () => ({ exports: { ...zod, default: zod.z }, loader: 'object' }));
    },
  });
}
