import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Life } from './life.ts';
import type { Loader } from './loader.ts';
import type { ModuleRecord, StoredSettings } from './records.ts';
import type { Version } from './version.ts';

/** Why a module does not serve: somebody switched it off, it does not work, it starts again soon, the server goes down. */
export type Rest = 'disabled' | 'failed' | 'retrying' | 'stopped';

/** What a life brings about around it. */
export interface LifeEvents {
  changed(life: Life): void;
  /** Answers calls from now on, with this version. */
  serves(life: Life, version: Version): void;
  /** Answers no calls any more, or not for the moment. */
  rests(life: Life, why: Rest): void;
  /** It crashed too often. */
  gaveUp(life: Life, reason: string): void;
}

export interface LifeOptions {
  id: string;
  clock: Clock;
  log: Logger;
  loader: Loader;
  record: () => ModuleRecord;
  /** The stored settings in clear, and the secrets among them. */
  openSettings: (stored: StoredSettings) => { values: Record<string, unknown>; secrets: string[] };
  storeDatabase: (number: number) => Promise<void>;
  /** Whether modules run at all: they do not while a command merely looks at the data folder. */
  isRunning: () => boolean;
  events: LifeEvents;
}

/** Other settings for a module. */
export interface Change {
  settings: StoredSettings;
  /** Stores them, once the module has begun with them. */
  commit: () => Promise<void>;
}
