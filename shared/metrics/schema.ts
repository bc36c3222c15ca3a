import { z } from 'zod';
import { Timestamp } from '../kernel/ids.ts';

const Percent = z.number().min(0).max(100).nullable();
const Bytes = z.number().nonnegative();

/** One reading of the machine. A value that the machine does not offer is null, never 0. */
export const Sample = z.object({
  at: Timestamp,
  /** Shares in percent, 0–100. */
  cpu: Percent,
  memory: Percent,
  disk: Percent,
  gpu: Percent,
  /** Bytes per second over the network cards: neither loopback nor what passes a card a second time (bridges, tunnels). */
  network: z.object({ receive: Bytes, send: Bytes }).nullable(),
  /** Load averages over 1, 5 and 15 minutes. */
  load: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  /** Hottest sensor of the processor, °C. */
  temperature: z.number().nullable(),
  /** Seconds since the machine started. */
  uptime: z.number().nullable(),
  details: z.object({
    host: z.object({ name: z.string(), platform: z.string(), cores: z.number().int() }),
    cores: z.array(Percent).nullable(),
    memory: z.object({ total: Bytes, used: Bytes, swapTotal: Bytes, swapUsed: Bytes }).nullable(),
    disk: z.object({ mount: z.string(), total: Bytes, used: Bytes }).nullable(),
    gpus: z
      .array(
        z.object({
          name: z.string(),
          load: Percent,
          memoryTotal: Bytes.nullable(),
          memoryUsed: Bytes.nullable(),
          temperature: z.number().nullable(),
        }),
      )
      .nullable(),
    interfaces: z.array(z.object({ name: z.string(), receive: Bytes, send: Bytes })).nullable(),
    sensors: z.array(z.object({ name: z.string(), temperature: z.number() })).nullable(),
  }),
});
export type Sample = z.infer<typeof Sample>;
