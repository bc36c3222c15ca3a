import { closeCodes } from '@shared/hub/close-codes.ts';
import { ModuleUnavailable } from '@shared/modules/errors.ts';
import { dropOtherDatabases } from './databases.ts';
import type { Description } from './description.ts';
import { LoadError } from './instance.ts';
import type { Change, LifeOptions } from './life-options.ts';
import type { Loaded, LoadOptions } from './loader.ts';
import type { Version } from './version.ts';
import { withinTime } from './within-time.ts';

/** Milliseconds that running calls, and then streams that end, are given before the database is copied for a migration. */
const QUIET = 10_000;

/** What came of a version is not put to work: somebody wished for something else in the meantime. */
export const unwanted = (): LoadError => new LoadError('Somebody switched it off meanwhile');

export interface CandidateOptions extends Pick<LifeOptions, 'clock' | 'loader' | 'record' | 'storeDatabase'> {
  /** Without the number of the database: which one that is shows when the versions before are gone. */
  load: Omit<LoadOptions, 'database'>;
  /** Other settings that it begins with, stored once it has. */
  change: Change | undefined;
  /** The version that runs now. */
  running: () => Version | undefined;
  /** Resolves when the versions before the one that runs have ended. */
  othersLeft: () => Promise<void>;
  isWanted: () => boolean;
  /** Its database is migrated from now on. */
  migrates: () => void;
  /** The version that runs answers no calls from now on, until it is known what becomes of this one. */
  closes: () => void;
}

/** A version that is tried beside the one that runs: loaded, its database migrated, begun, or left again. */
export class Candidate {
  readonly #options: CandidateOptions;
  #loaded: Loaded | undefined;

  constructor(options: CandidateOptions) {
    this.#options = options;
  }

  /** What it says of itself; undefined where it could not be loaded. */
  get description(): Description | undefined {
    return this.#loaded?.version.description;
  }

  /** Resolves with the version when it may serve. Rejects with what is wrong with it: then `leave` it. */
  async begin(): Promise<Version> {
    const { load, loader, record, change, running, storeDatabase } = this.#options;
    if (!running()) await this.#tidy();
    const loaded = await loader.load({ ...load, database: record().database });
    this.#loaded = loaded;
    this.#stillWanted();
    if (loaded.migrates) await this.#prepareMigration(loaded);
    this.#stillWanted();
    const database = await loaded.begin();
    this.#stillWanted();
    await change?.commit();
    this.#stillWanted();
    // From here on its database is the module's: whatever comes, it is not dropped.
    if (database !== record().database) await storeDatabase(database);
    return loaded.version;
  }

  /** Ends what runs of it; the version before it goes on, where there is one. */
  async leave(): Promise<void> {
    await this.#loaded?.discard();
    this.#options.running()?.resume();
  }

  #stillWanted(): void {
    if (!this.#options.isWanted()) throw unwanted();
  }

  /** Waits for the versions before, and removes databases that a migration left behind. */
  async #tidy(): Promise<void> {
    const { othersLeft, loader, record, load } = this.#options;
    await othersLeft();
    dropOtherDatabases(loader.dataOf(load.id), record().database);
  }

  /**
   * Keeps calls waiting until this version runs, lets those that run finish, and ends the version before: whatever it
   * still writes is in its database by the time that is copied. Statements that do not run disturb nobody.
   */
  async #prepareMigration(loaded: Loaded): Promise<void> {
    const { clock, running, migrates, closes } = this.#options;
    const before = running();
    if (before) await loaded.rehearse();
    migrates();
    if (!before) return;
    closes();
    await withinTime(clock, QUIET, before.quiet(), () => {
      throw new LoadError('Its calls took too long to end for its database to be migrated: save it again later');
    });
    await before.pause({ reason: ModuleUnavailable, code: closeCodes.moduleReloaded, patience: QUIET });
  }
}
