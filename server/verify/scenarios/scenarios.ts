import type { Scenario } from '../scenario.ts';
import { kills } from './kills.ts';
import { keys, repeats } from './sending.ts';
import { storm } from './storm.ts';
import { channels, hangUps, joining } from './subscribing.ts';
import { upgrade } from './upgrade.ts';

/** All of them, in the order in which they run. */
export const scenarios: readonly Scenario[] = [channels, hangUps, joining, repeats, keys, storm, upgrade, kills];
