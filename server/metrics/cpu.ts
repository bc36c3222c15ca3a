import { join } from 'node:path';
import { percent } from './percent.ts';
import { parseNumber, readText } from './read-text.ts';

/** Time since boot in any unit, as long as both fields share it. */
export interface CpuTime {
  busy: number;
  total: number;
}

export interface CpuTimes {
  all: CpuTime;
  /** By number of the core: a core can be taken offline while the machine runs. */
  cores: Map<number, CpuTime>;
}

export interface CpuUse {
  all: number | null;
  cores: (number | null)[];
}

export async function readCpu(proc: string): Promise<CpuTimes | null> {
  const text = await readText(join(proc, 'stat'));
  return text === null ? null : parseCpu(text);
}

export function parseCpu(stat: string): CpuTimes | null {
  let all: CpuTime | null = null;
  const cores: CpuTimes['cores'] = new Map();
  for (const line of stat.split('\n')) {
    const match = /^cpu(\d*)\s+(.+)$/.exec(line);
    const time = match && parseTime(match[2] ?? '');
    if (!time) continue;
    if (match[1]) cores.set(Number(match[1]), time);
    else all = time;
  }
  return all && { all, cores };
}

function parseTime(fields: string): CpuTime | null {
  const values = fields.trim().split(/\s+/).map(parseNumber);
  // user nice system idle iowait irq softirq steal; guest time follows and is already part of user time.
  const ticks = values.slice(0, 8).map((value) => value ?? 0);
  const [user, nice, system, idle] = values;
  if (user == null || nice == null || system == null || idle == null) return null;
  const total = ticks.reduce((sum, value) => sum + value, 0);
  return { total, busy: total - idle - (ticks[4] ?? 0) };
}

/** What the processor did between two readings. */
export function cpuUse(before: CpuTimes, after: CpuTimes): CpuUse {
  const cores = [...after.cores].sort(([a], [b]) => a - b);
  return {
    all: use(before.all, after.all),
    cores: cores.map(([core, time]) => {
      const earlier = before.cores.get(core);
      return earlier ? use(earlier, time) : null;
    }),
  };
}

const use = (before: CpuTime, after: CpuTime): number | null =>
  percent(after.busy - before.busy, after.total - before.total);
