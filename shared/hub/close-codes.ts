/**
 * Close codes. 4000–4499: come back with backoff; 4500–4999: do not, tell the person why.
 * A 1006 (no close frame arrived) always means: come back and recover.
 */
export const closeCodes = {
  draining: 4000,
  tooSlow: 4001,
  noPong: 4002,
  tokenExpired: 4003,
  rateLimited: 4004,
  moduleReloaded: 4005,
  /** By an admin, who does not mind if they come back. */
  disconnected: 4006,
  sessionEnded: 4500,
  userDeactivated: 4501,
  protocolViolation: 4502,
  forbidden: 4503,
  moduleDisabled: 4504,
  /** By an admin, who does mind. */
  dismissed: 4505,
} as const;
export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

/** Whether a client that was closed with this code should connect again. */
export const comesBack = (code: number): boolean => code < 4500 || code > 4999;
