import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageFailed } from '@shared/kernel/errors.ts';
import { expect, Fault, until } from '../fault.ts';
import type { House } from '../house.ts';
import { type Scenario, Skipped, type Stage } from '../scenario.ts';
import { checkRoom } from '../traffic.ts';
import type { Frame } from '../view.ts';

interface Failing {
  house: House;
  fail(): void | Promise<void>;
  mend(): void | Promise<void>;
}

const LONG = 'x'.repeat(10_000);

/** Lets storing fail, looks at what still works, mends it, and looks for what is missing or too much. */
async function whileFailing(stage: Stage, { house, fail, mend }: Failing): Promise<string> {
  const roomId = await house.room('Storage');
  let typing = 0;
  const onFrame = ({ event }: Frame): void => {
    if (event === 'user_typing') typing++;
  };
  const [poster, watcher] = await stage.clients(house.people.length, { house, onFrame });
  if (!poster || !watcher) throw new Error('There are too few clients');
  const channel = `room:${roomId}`;
  const sent = new Set<string>();
  const acked: { clientId: string; roomId: typeof roomId; offset: number }[] = [];
  const refused: string[] = [];
  const post = async (clientId: string, text: string): Promise<string> => {
    sent.add(clientId);
    const answer = await poster.ask('chat_message', channel, { clientId, text });
    if (answer?.event !== 'ack') return String(answer?.payload.code ?? 'a lost connection');
    acked.push({ clientId, roomId, offset: answer.offset ?? -1 });
    return 'ack';
  };
  for (let at = 0; at < 20; at++) expect((await post(`before-${at}`, 'before')) === 'ack', 'a message was refused');

  await fail();
  // What still fits into pages that are there already may be stored.
  for (let at = 0; at < 3000 && refused.length < 20; at += 10) {
    const ids = Array.from({ length: 10 }, (_, next) => `during-${at + next}`);
    const answers = await Promise.all(ids.map((clientId) => post(clientId, LONG)));
    answers.forEach((answer, next) => {
      if (answer === 'ack') return;
      expect(answer === StorageFailed.code, `a message that cannot be stored was answered with ${answer}`);
      refused.push(ids[next] ?? '');
    });
  }
  expect(refused.length > 0, 'nothing was refused, though nothing can be stored');
  // One alone, not in a batch with others.
  const alone = await post('alone', LONG);
  expect(alone === StorageFailed.code, `a single message was answered with ${alone}`);
  const overHttp = await house.call(house.admin, 'chat', 'createRoom', { name: 'Never', kind: 'private' });
  const code = overHttp.ok ? undefined : overHttp.error.code;
  expect(code === undefined || code === StorageFailed.code, `a room that cannot be stored was answered with ${code}`);
  expect(overHttp.ok || overHttp.error.retryable, 'the refusal does not say that it may work later');
  // What the server writes by itself once a second finds no space either.
  await Bun.sleep(1500);
  expect(house.server.ended === undefined, `the server ended with ${house.server.ended}`);

  await watcher.ask('user_typing', channel, { typing: true });
  await until(() => typing > 0, 'typing to be passed on, which needs no disk', 5000);
  const again = await watcher.replay(channel, 1);
  expect(again?.payload.recovered === true, 'recovery, which only reads, does not work');
  const [newcomer] = await stage.clients(1, { house });
  if (!newcomer) throw new Error('There is no newcomer');
  await house.get(watcher.person, 'chat', 'history', { roomId });

  await mend();
  // The same messages again: the client does not know better.
  for (const clientId of [...refused, 'alone']) {
    const answer = await post(clientId, LONG);
    expect(answer === 'ack', `after the repair a message was answered with ${answer}`);
  }
  const { messages } = await checkRoom(house, roomId, { sent, acked }, () =>
    [poster, watcher].flatMap(({ views }) => views.get(channel) ?? []),
  );
  expect(messages === sent.size, `${sent.size} messages were acknowledged in the end, and ${messages} are there`);
  stage.checkClients([poster, watcher, newcomer]);
  // That storing failed is logged, as it should be; nothing else may be.
  const other = house.takeErrors().find((line) => !line.includes('"changes could not be stored"'));
  if (other !== undefined) throw new Fault(`the server logged an error: ${other}`);
  return `${refused.length + 1} messages refused with ${StorageFailed.code}, ${messages} there in the end`;
}

const levered = (lever: 'full' | 'readOnly', name: string, shows: string): Scenario => ({
  name,
  house: 'none',
  shows,
  deadline: () => 60_000,
  async run(stage) {
    const house = await stage.ownHouse({ levered: true });
    return whileFailing(stage, {
      house,
      fail: () => house.server.pull({ lever, on: true }),
      mend: () => house.server.pull({ lever, on: false }),
    });
  },
});

/** The database may not grow. */
export const databaseFull = levered(
  'full',
  'database-full',
  'a database that cannot grow refuses what it cannot store, and the rest goes on',
);

/** The database may not change. */
export const databaseReadOnly = levered(
  'readOnly',
  'read-only',
  'a database that cannot be written refuses what it cannot store, and the rest goes on',
);

const MEGABYTE = 1024 * 1024;

/** Mounts a small disk; where that is not allowed, there is none to fill. */
const mountDisk = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-verify-disk-'));
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const command = ['mount', '-t', 'tmpfs', '-o', 'size=24m', 'hearth-verify', folder];
  const mounted = isRoot && Bun.which('mount') !== null && Bun.spawnSync(command).exitCode === 0;
  if (mounted) return folder;
  rmSync(folder, { recursive: true, force: true });
  throw new Skipped('mounting a small disk needs root on Linux');
};

/** Takes all the space that is left, to the last byte. */
const fill = (folder: string): void => {
  const filler = join(folder, 'filler');
  mkdirSync(filler, { recursive: true });
  for (const size of [MEGABYTE, 4096, 1])
    for (let at = 0; ; at++) {
      const { bavail, bsize } = statfsSync(folder);
      if (bavail * bsize < size) break;
      try {
        writeFileSync(join(filler, `${size}-${at}`), new Uint8Array(size));
      } catch {
        break;
      }
    }
};

/** The disk that the data folder is on is full: the database, its log and every other file. */
export const diskFull: Scenario = {
  name: 'disk-full',
  house: 'none',
  shows: 'on a full disk what cannot be stored is refused, the rest goes on, and all is well when there is space',
  deadline: () => 60_000,
  async run(stage) {
    const folder = mountDisk();
    stage.atEnd(() => {
      Bun.spawnSync(['umount', '-l', folder]);
      if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    });
    const house = await stage.ownHouse({ below: folder });
    const figures = await whileFailing(stage, {
      house,
      fail: () => fill(folder),
      mend: () => rmSync(join(folder, 'filler'), { recursive: true, force: true }),
    });
    // Ending needs no space either, and what was stored is there afterwards.
    fill(folder);
    const code = await house.stop();
    expect(code === 0, `on a full disk SIGTERM ended the server with ${code}`);
    rmSync(join(folder, 'filler'), { recursive: true, force: true });
    await house.start();
    return figures;
  },
};
