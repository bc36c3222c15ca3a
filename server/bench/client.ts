// Drives one workload against one server, told by the first line of its standard input.
import { createDriver, type Driver } from './driver.ts';
import { busy } from './workloads/busy.ts';
import { connecting } from './workloads/connecting.ts';
import { fanOut } from './workloads/fan-out.ts';
import { idle } from './workloads/idle.ts';
import { ingest } from './workloads/ingest.ts';
import { manyRooms } from './workloads/many-rooms.ts';
import { recovery } from './workloads/recovery.ts';
import { sse, sseIdle } from './workloads/streams.ts';

const workloads: Record<string, (driver: Driver) => Promise<void>> = {
  ...{ fanOut, busy, manyRooms, ingest, connecting, idle, sse, sseIdle, recovery },
};
const driver = await createDriver();
const run = workloads[driver.job.workload];
if (!run) throw new Error(`No such workload: ${driver.job.workload}`);
await run(driver);
