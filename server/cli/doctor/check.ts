import type { Config } from '../../config.ts';
import type { Clock } from '../../platform/clock.ts';
import type { DataPaths } from '../../platform/data-folder.ts';

export type Verdict = 'ok' | 'warn' | 'fail';

/** What one look at the installation found. */
export interface Finding {
  name: string;
  verdict: Verdict;
  /** One line; of a warning or failure it also says what to do. */
  message: string;
}

export interface Patient {
  config: Config;
  paths: DataPaths;
  clock: Clock;
  /** Whether a server has the folder now. */
  running: boolean;
}

export type Check = (patient: Patient) => Promise<Finding | Finding[]> | Finding;

export const ok = (name: string, message: string): Finding => ({ name, verdict: 'ok', message });
export const warn = (name: string, message: string): Finding => ({ name, verdict: 'warn', message });
export const fail = (name: string, message: string): Finding => ({ name, verdict: 'fail', message });
