import { defineError } from '../kernel/errors.ts';

export const ModuleNotFound = defineError('module.not_found', 404, 'There is no module of this name');
export const ModuleDisabled = defineError('module.disabled', 404, 'This module is switched off');
export const ModuleUnavailable = defineError(
  'module.unavailable',
  503,
  'This module is starting or has a problem: try again in a moment',
  true,
);
export const ModuleFailed = defineError('module.failed', 503, 'This module does not work: an admin can see why', true);
export const ModuleTimeout = defineError('module.timeout', 504, 'The module took too long to answer', true);
/** The module's process ended while it worked on the call. */
export const ModuleCrashed = defineError('module.crashed', 502, 'The module stopped while it worked on this', true);
export const ModuleBusy = defineError('module.busy', 503, 'The module has too much to do: try again in a moment', true);
export const ScopeMissing = defineError('module.scope_missing', 403, 'The module lacks the permission {scope}');
export const ScopeUnknown = defineError(
  'module.scope_unknown',
  422,
  'The module does not ask for the permission {scope}',
);
export const CallerGone = defineError(
  'module.caller_gone',
  409,
  'The call for which the module wanted to act has ended',
);
export const NoPage = defineError('module.no_page', 404, 'This module has no page');
/** `reason` is for admins alone. */
export const PageBroken = defineError('module.page_broken', 503, 'The page of this module could not be built', true);
/** What a page wants to put on somebody's disk, they have to have asked for. */
export const PageUnprompted = defineError(
  'module.page_unprompted',
  403,
  'A page saves files only when somebody has just pressed something on it',
);
export const CommandNotFound = defineError('module.command_not_found', 404, 'There is no command of this name');

/** What any function of a user's module may answer with beside what it declares. */
export const moduleErrors = [
  ModuleDisabled,
  ModuleUnavailable,
  ModuleFailed,
  ModuleTimeout,
  ModuleCrashed,
  ModuleBusy,
  ScopeMissing,
  CallerGone,
] as const;

/** What the app itself answers the page of a module. */
export const pageErrors = [PageUnprompted] as const;
