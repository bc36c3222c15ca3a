import { join } from 'node:path';
import { parseNumber, readText } from './read-text.ts';

/** Bytes. `used` is what no program could get: caches that the kernel would give back do not count. */
export interface Memory {
  total: number;
  used: number;
  swapTotal: number;
  swapUsed: number;
}

export async function readMemory(proc: string): Promise<Memory | null> {
  const text = await readText(join(proc, 'meminfo'));
  return text === null ? null : parseMemory(text);
}

export function parseMemory(meminfo: string): Memory | null {
  const sizes = new Map<string, number>();
  for (const line of meminfo.split('\n')) {
    const match = /^(\S+):\s+(\d+)(?: kB)?\s*$/.exec(line);
    const size = parseNumber(match?.[2]);
    if (match?.[1] && size !== null) sizes.set(match[1], size * 1024);
  }
  const total = sizes.get('MemTotal');
  const available = sizes.get('MemAvailable') ?? withoutAvailable(sizes);
  if (!total || available === null) return null;
  const swapTotal = sizes.get('SwapTotal') ?? 0;
  return {
    total,
    used: Math.max(0, total - available),
    swapTotal,
    swapUsed: Math.max(0, swapTotal - (sizes.get('SwapFree') ?? swapTotal)),
  };
}

/** Kernels before 3.14, and some containers, do not state MemAvailable. */
function withoutAvailable(sizes: Map<string, number>): number | null {
  const free = sizes.get('MemFree');
  if (free === undefined) return null;
  return free + (sizes.get('Buffers') ?? 0) + (sizes.get('Cached') ?? 0);
}
