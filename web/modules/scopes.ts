import type { T } from '../i18n/i18n.tsx';

const known = [
  'auth:read',
  'auth:write',
  'people:read',
  'people:write',
  'chat:read',
  'chat:write',
  'metrics:read',
  'hub:read',
  'hub:write',
  'modules:read',
  'modules:write',
] as const;

type Known = (typeof known)[number];
type Dotted<S> = S extends `${infer M}:${infer E}` ? `${M}.${E}` : never;

const isKnown = (scope: string): scope is Known => known.some((one) => one === scope);

/** What a scope allows, in plain words; one that this page does not know is shown as it is. */
export const scopeText = (scope: string, t: T): string =>
  isKnown(scope) ? t(`modules.scope.${scope.replace(':', '.') as Dotted<Known>}`) : scope;
