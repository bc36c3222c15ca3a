import type { Client } from '../client.ts';
import { expect, Fault, later, until } from '../fault.ts';
import type { Random } from '../random.ts';
import type { Scenario, Stage } from '../scenario.ts';
import { randomText } from '../wire/random-frames.ts';
import { openProbe, type Probe } from './malformed.ts';

/** Frames of one connection: fewer than the faults that close it. */
const BATCH = 45;
const AT_ONCE = 8;

interface Tally {
  sent: number;
  answers: Map<string, number>;
  /** Milliseconds that somebody else waited for an answer at most. */
  slowest: number;
}

/** What was refused, and whether the server failed. */
const look = ({ frames }: Probe, tally: Tally): boolean => {
  for (const { event, payload } of frames)
    if (event === 'error') tally.answers.set(String(payload.code), (tally.answers.get(String(payload.code)) ?? 0) + 1);
  return frames.some(({ payload }) => payload.code === 'server.internal');
};

/** As it can be pasted: no letter that a terminal would act on. */
const printable = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Which of these frames makes the server fail by itself. */
async function culprit({ house }: Stage, texts: readonly string[]): Promise<string> {
  for (const text of texts) {
    const probe = await openProbe(house, house.admin);
    probe.send(text);
    await settled(probe);
    probe.leave();
    if (look(probe, { sent: 0, answers: new Map(), slowest: 0 })) return printable(text).slice(0, 2000);
  }
  return `several of ${texts.length} together`;
}

/** Everything that was sent has been handled. */
const settled = (probe: Probe): Promise<unknown> => {
  probe.send('{"event":"ping","channel":"system","payload":{},"id":"the end"}');
  return until(() => probe.frames.some(({ id }) => id === 'the end') || probe.ended, 'an answer after random frames');
};

async function throwBatch(stage: Stage, random: Random, channels: readonly string[], tally: Tally): Promise<void> {
  const { house } = stage;
  const probe = await openProbe(house, random.pick(house.people));
  if (random.chance(0.1)) {
    // Bytes that are no frames at all.
    probe.bytes(random.bytes(random.between(1, 500)));
    probe.cut();
    tally.sent++;
    return;
  }
  const texts = Array.from({ length: BATCH }, () => randomText(random, channels));
  for (const text of texts) probe.send(text);
  tally.sent += texts.length;
  await settled(probe);
  if (look(probe, tally)) throw new Fault(`the server failed at a random frame: ${await culprit(stage, texts)}`);
  if (random.chance(0.5)) probe.leave();
  else probe.cut();
}

const watch = async (witness: Client, tally: Tally, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const since = performance.now();
    const answer = await witness.ask('ping', 'system');
    expect(answer?.event === 'pong', 'random frames disturbed another connection');
    tally.slowest = Math.max(tally.slowest, performance.now() - since);
    await Bun.sleep(20);
  }
};

/** Frames that nobody thought of. */
export const randomFrames: Scenario = {
  name: 'random-frames',
  shows: 'no random frame makes the server fail, disturbs another connection, or leaves something behind',
  deadline: (plan) => 60_000 + plan.randomFrames * 3,
  async run(stage) {
    const { house, random, plan } = stage;
    const roomId = await house.room('Random');
    const channels = [`room:${roomId}`, `user:${house.admin.id}`, 'global', 'system', 'system:metrics', 'system:stats'];
    const [witness] = await stage.clients(1);
    if (!witness) throw new Error('There is no witness');
    const tally: Tally = { sent: 0, answers: new Map(), slowest: 0 };
    const done = new AbortController();
    const watching = later(watch(witness, tally, done.signal));
    const thrower = async (which: number): Promise<void> => {
      const mine = random.fork(`thrower ${which}`);
      while (tally.sent < plan.randomFrames) await throwBatch(stage, mine, channels, tally);
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, which) => thrower(which)));
    } finally {
      done.abort();
      await watching;
    }
    stage.checkClients([witness]);
    return `${tally.sent} frames, ${tally.answers.size} kinds of refusals, others waited ${Math.round(tally.slowest)} ms at most`;
  },
};
