import { z } from 'zod';
import { Stats } from './stats.ts';

/** Latest value on `system:stats`, for admins; made only while somebody watches. */
export const STATS_CHANNEL = 'system:stats';

/** Journalled on `global`: somebody in charge has something to say to everybody. Other events may be broadcast, too. */
export const Announcement = z.strictObject({ text: z.string().trim().min(1).max(2000) });
export type Announcement = z.infer<typeof Announcement>;
/** As it stands in the input of `broadcast`, for the paths of what is refused. */
export const Announced = z.object({ payload: Announcement });
export const ANNOUNCEMENT = 'announcement';

export const hubEvents = { [ANNOUNCEMENT]: Announcement, system_stats: Stats } as const;
