import { z } from 'zod';
import { UserId } from '../kernel/ids.ts';
import { Presence, Person } from './schema.ts';

/** Journalled on `global`: somebody joined the team, or changed name or role. */
export const PersonChanged = Person.omit({ presence: true });
export type PersonChanged = z.infer<typeof PersonChanged>;

/** Ephemeral on `global`: who came online or went, gathered over a short while. */
export const PresenceChanged = z.object({ users: z.array(z.object({ id: UserId, presence: Presence })) });
export type PresenceChanged = z.infer<typeof PresenceChanged>;

export const peopleEvents = { person_changed: PersonChanged, presence: PresenceChanged };
