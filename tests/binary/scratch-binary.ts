import { afterEach, beforeAll, beforeEach } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBinary } from '../../.scripts/build/binary.ts';
import { type ScratchRun, startIn } from '../support/scratch-run.ts';

/** The compiled Hearth, to be run in an empty folder that each test has for itself. */
export interface ScratchBinary {
  /** What a run writes besides its output goes below here. */
  readonly scratch: string;
  start(...args: string[]): ScratchRun;
}

/** For the tests of one file; builds the binary where that has not been done. */
export function scratchBinary(): ScratchBinary {
  let binary: string;
  let scratch: string;
  beforeAll(async () => {
    binary = await buildBinary();
  }, 300_000);
  beforeEach(() => {
    // Short, because the paths of sockets below it have to be.
    scratch = mkdtempSync(join(tmpdir(), 'hr-'));
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));
  return {
    get scratch() {
      return scratch;
    },
    start: (...args) => startIn(scratch, [binary, ...args]),
  };
}
