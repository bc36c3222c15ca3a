import type { Scenario } from '../scenario.ts';
import { kills } from './kills.ts';
import { storm } from './storm.ts';

/** All of them, in the order in which they run. */
export const scenarios: readonly Scenario[] = [storm, kills];
