import manifest from '../package.json' with { type: 'json' };

/** Hearth's own version. */
export const version: string = manifest.version;
