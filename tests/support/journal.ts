import { type Journal, openJournal } from '../../server/hub/journal.ts';
import { createIds } from '../../server/platform/ids.ts';
import { TestClock } from './clock.ts';
import { openTestDb, type TestDb } from './db.ts';

export interface TestJournal {
  opened: TestDb;
  journal: Journal;
}

/** A journal on a database of its own, whose events nobody hears; what fails behind it throws. */
export async function openTestJournal(): Promise<TestJournal> {
  const opened = openTestDb();
  const clock = new TestClock();
  const journal = await openJournal({
    db: opened.db,
    clock,
    ids: createIds(clock),
    publish: () => {},
    failed(error) {
      throw error;
    },
  });
  return { opened, journal };
}
