/** `hearth:sdk`: what a module's own code imports. Its version is `sdkVersion`; manifests name a range of it. */
export { z } from 'zod';
export { binary, file, html, redirect } from '@shared/kernel/content.ts';
export { defineError, fail } from '@shared/kernel/errors.ts';
export { ok, type Result } from '@shared/kernel/result.ts';
export { sdkVersion } from '@shared/modules/sdk-version.ts';
export { type Changes, createChanges } from './changes.ts';
export { defineModule, fn, socket, stream } from './define.ts';
export type * from './context.ts';
export type * from './define.ts';
export { secret } from './secret.ts';
