import type { Scenario } from '../scenario.ts';
import { clockJumps } from './clock-jumps.ts';
import { kills } from './kills.ts';
import { flooding, malformed } from './malformed.ts';
import { manyRooms } from './many-rooms.ts';
import { randomFrames } from './random-frames.ts';
import { removedMember } from './removed.ts';
import { restored } from './restored.ts';
import { keys, repeats } from './sending.ts';
import { halfOpen, silentPeers } from './silent-peers.ts';
import { deafReader, slowReader } from './slow-readers.ts';
import { soak } from './soak.ts';
import { databaseFull, databaseReadOnly, diskFull } from './storage.ts';
import { storm } from './storm.ts';
import { channels, hangUps, joining } from './subscribing.ts';
import { endedSessions, forgedTokens } from './tokens.ts';
import { upgrade } from './upgrade.ts';

/** All of them. Those that run beside the others start first; the rest comes in this order. */
export const scenarios: readonly Scenario[] = [
  halfOpen,
  silentPeers,
  clockJumps,
  endedSessions,
  restored,
  channels,
  hangUps,
  joining,
  malformed,
  flooding,
  randomFrames,
  repeats,
  keys,
  forgedTokens,
  removedMember,
  slowReader,
  deafReader,
  manyRooms,
  databaseFull,
  databaseReadOnly,
  diskFull,
  storm,
  upgrade,
  kills,
  soak,
];
