import type { Machine } from '../../server/metrics/machine.ts';
import type { Clock } from '../../server/platform/clock.ts';

/** A machine that is half busy and receives 1000 bytes a second, and counts how often it is read. */
export function fakeMachine(clock: Clock) {
  const seen = { counters: 0, gauges: 0, held: 0, closed: 0 };
  const started = clock.now() - 1_000_000;
  const machine: Machine = {
    host: { name: 'hearth', platform: 'Linux', cores: 1 },
    async counters() {
      seen.counters++;
      const at = clock.now();
      const total = at - started;
      const time = { busy: total / 2, total };
      return {
        at,
        cpu: { all: time, cores: new Map([[0, time]]) },
        network: new Map([['eth0', { receive: total, send: 0 }]]),
      };
    },
    async gauges() {
      seen.gauges++;
      return {
        memory: { total: 200, used: 50, swapTotal: 0, swapUsed: 0 },
        disk: null,
        load: [0.5, 0.4, 0.3],
        temperatures: null,
        uptime: 60,
        gpus: null,
      };
    },
    hold() {
      seen.held++;
      return () => void seen.held--;
    },
    close: () => void seen.closed++,
  };
  return { machine, seen };
}

/** Lets everything run that waits for nothing but promises. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
