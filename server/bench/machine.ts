import { readFileSync, statfsSync } from 'node:fs';
import { arch, cpus, release, tmpdir } from 'node:os';

/** Where server and clients run, and what is to be known of the machine. */
export interface Machine {
  /** Put before a command to run it on the core that is its part's; empty where that cannot be. */
  pinned(part: 'server' | 'clients'): readonly string[];
  /** How many clients may be connected at once. */
  readonly clients: number;
  /** What differs here from the way it is meant, a line each. */
  readonly remarks: readonly string[];
}

/** Files that a process needs besides its connections. */
const OTHER_FILES = 500;
/** Ports that closed connections still hold, and those of others. */
const OTHER_PORTS = 1000;
const TMPFS = 0x0102_1994;

/** The cores that this process may use, by number; undefined where the system does not tell. */
function ownCores(): number[] | undefined {
  try {
    const [, list] = /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return list?.split(',').flatMap((range) => {
      const [from = 0, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
  } catch {
    return undefined;
  }
}

const pinsWith = (taskset: string, core: number): boolean =>
  Bun.spawnSync([taskset, '-c', String(core), 'true'], { stdio: ['ignore', 'ignore', 'ignore'] }).exitCode === 0;

/** How many files a process may open once Bun has raised its soft limit; undefined where nobody tells. */
function fileLimit(): number | undefined {
  try {
    const [, limit] = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/** How many connections one address can open to another. */
function portsOf(): number {
  try {
    const [from = 0, to = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t').map(Number);
    return to - from;
  } catch {
    // Those that are set aside for it.
    return 65_535 - 49_152;
  }
}

const isInMemory = (folder: string): boolean => process.platform === 'linux' && statfsSync(folder).type === TMPFS;

/** Looks at what this machine allows. */
export function lookAtMachine(): Machine {
  const remarks: string[] = [];
  const taskset = Bun.which('taskset');
  const [server, clients] = ownCores() ?? [];
  let cores: { server: number; clients: number } | undefined;
  if (cpus().length < 2 || (server !== undefined && clients === undefined))
    remarks.push('There is one core, which server and clients share: what they wait for each other is in the figures.');
  else if (!taskset || server === undefined || clients === undefined || !pinsWith(taskset, server))
    remarks.push('Server and clients are not kept on cores of their own (there is no taskset): figures vary more.');
  else cores = { server, clients };
  if (isInMemory(tmpdir()))
    remarks.push(`${tmpdir()} is in memory, so storing costs no disk here: TMPDIR can name another folder.`);
  const limit = Math.min((fileLimit() ?? Number.POSITIVE_INFINITY) - OTHER_FILES, portsOf() - OTHER_PORTS);
  return {
    pinned: (part) => (taskset && cores ? [taskset, '-c', String(cores[part])] : []),
    clients: Math.max(limit, 0),
    remarks,
  };
}

/** What a figure means nothing without. */
export const describeMachine = () => ({
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  arch: arch(),
  platform: process.platform,
  kernel: release(),
  bun: Bun.version,
});
