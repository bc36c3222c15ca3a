import type { Identity } from '../modules/identity.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';

/** Milliseconds within which a ticket must be used. */
export const TICKET_LIFETIME = 30_000;

/** Unused tickets that one session may hold; one more makes its oldest worthless. */
export const TICKETS_PER_SESSION = 16;

interface Ticket {
  identity: Identity;
  origin: string | undefined;
  expiresAt: number;
}

export interface Tickets {
  /** `origin`: only a page of that origin can use it. */
  issue(identity: Identity, origin: string | undefined): string;
  /** Uses a ticket up, also when the origin turns out to be wrong. */
  redeem(ticket: string, origin: string | undefined): Identity | undefined;
}

/** Tickets stand in the address of a socket, where proxies may log them: short-lived, single use, in memory. */
export function createTickets({ clock, ids }: { clock: Clock; ids: Ids }): Tickets {
  /** In the order of expiry. */
  const tickets = new Map<string, Ticket>();

  const forgetExpired = (): void => {
    const now = clock.now();
    for (const [ticket, { expiresAt }] of tickets) {
      if (expiresAt > now) return;
      tickets.delete(ticket);
    }
  };

  return {
    issue(identity, origin) {
      forgetExpired();
      const held = [...tickets].filter(([, { identity: holder }]) => holder.sessionId === identity.sessionId);
      const [oldest] = held;
      if (oldest && held.length >= TICKETS_PER_SESSION) tickets.delete(oldest[0]);
      const ticket = ids.secret(32);
      tickets.set(ticket, { identity, origin, expiresAt: clock.now() + TICKET_LIFETIME });
      return ticket;
    },

    redeem(ticket, origin) {
      const held = tickets.get(ticket);
      tickets.delete(ticket);
      if (!held || held.expiresAt <= clock.now()) return undefined;
      return held.origin === undefined || held.origin === origin ? held.identity : undefined;
    },
  };
}
