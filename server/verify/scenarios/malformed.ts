import { connect } from 'bun';
import { limits } from '@shared/hub/limits.ts';
import { closeCodes } from '@shared/hub/close-codes.ts';
import type { Client } from '../client.ts';
import { expect, Fault, until } from '../fault.ts';
import type { House, Person } from '../house.ts';
import type { Scenario } from '../scenario.ts';
import type { Frame } from '../view.ts';
import { malformedBytes, malformedHandshakes } from '../wire/malformed-bytes.ts';
import { malformedFrames } from '../wire/malformed-frames.ts';
import { encodeFrame, opcodes } from '../wire/frame-codec.ts';
import { openWire, type Wire, type WireEnd } from '../wire/wire.ts';

/** A socket that says nothing by itself. */
export interface Probe extends Wire {
  readonly frames: Frame[];
  readonly end: Promise<WireEnd>;
  /** Set once it is closed. */
  readonly ended: WireEnd | undefined;
}

export async function openProbe(house: House, person: Person): Promise<Probe> {
  const frames: Frame[] = [];
  const { promise: end, resolve } = Promise.withResolvers<WireEnd>();
  let ended: WireEnd | undefined;
  const wire = await openWire({
    port: house.server.port,
    headers: { authorization: `Bearer ${await house.tokenOf(person)}` },
    text: (text) => void frames.push(JSON.parse(text) as Frame),
    closed(how) {
      ended = how;
      resolve(how);
    },
  });
  await until(() => frames[0]?.event === 'welcome' || ended, 'welcome');
  return {
    ...wire,
    frames,
    end,
    get ended() {
      return ended;
    },
  };
}

/** Somebody else on the same server, who must not notice anything. */
const isWell = async (witness: Client, after: string): Promise<void> => {
  const since = performance.now();
  const answer = await witness.ask('ping', 'system');
  expect(answer?.event === 'pong' && witness.closes.length === 0, `after ${after} another connection was disturbed`);
  const took = performance.now() - since;
  expect(took < 5000, `after ${after} another connection waited ${Math.round(took)} ms`);
};

const answerTo = async (port: number, text: string): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  let heard = '';
  const socket = await connect<undefined>({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: (opened) => void opened.write(text),
      data(_, chunk) {
        heard += chunk.toString();
        if (heard.includes('\r\n\r\n')) resolve(heard);
      },
      close: () => resolve(heard),
      error: () => resolve(heard),
    },
  });
  const timer = setTimeout(() => resolve(heard), 1000);
  const answer = await promise;
  clearTimeout(timer);
  socket.terminate();
  return answer;
};

async function checkFrames(house: House, witness: Client): Promise<void> {
  let probe = await openProbe(house, house.admin);
  for (const [at, [kind, text, code]] of malformedFrames.entries()) {
    // Fifty of them are too many for one connection.
    if (at % 40 === 39) {
      probe.leave();
      probe = await openProbe(house, house.admin);
    }
    const from = probe.frames.length;
    probe.send(text);
    const answer = await until(
      () => probe.frames.slice(from).find(({ event }) => event === 'error'),
      `an answer to ${kind}`,
    );
    expect(answer.payload.code === code, `${kind} was answered with ${answer.payload.code} instead of ${code}`);
    probe.send(JSON.stringify({ event: 'ping', channel: 'system', payload: {}, id: at }));
    await until(() => probe.frames.find(({ id }) => id === at), `the connection to live on after ${kind}`);
    const told = JSON.stringify(answer);
    expect(told.length < 4000 && !/ at .*\.ts|\/server\//.test(told), `the answer to ${kind} tells too much`);
  }
  probe.leave();
  await isWell(witness, 'malformed frames');
}

async function checkBytes(house: House, witness: Client): Promise<void> {
  for (const [kind, data] of malformedBytes) {
    const probe = await openProbe(house, house.admin);
    probe.bytes(data);
    await until(() => probe.ended, `the connection to be closed after ${kind}`, 5000);
    await isWell(witness, kind);
  }
  // Allowed, and unusual: one text in three pieces with a ping between them.
  const probe = await openProbe(house, house.admin);
  const text = Buffer.from('{"event":"ping","channel":"system","payload":{},"id":1}');
  probe.bytes(encodeFrame(text.subarray(0, 10), { final: false }));
  probe.bytes(encodeFrame(new Uint8Array(125), { opcode: opcodes.ping }));
  probe.bytes(encodeFrame(text.subarray(10, 20), { opcode: opcodes.continuation, final: false }));
  probe.bytes(encodeFrame(text.subarray(20), { opcode: opcodes.continuation }));
  await until(
    () => probe.frames.find(({ event, id }) => event === 'pong' && id === 1),
    'an answer to a text in pieces',
  );
  probe.leave();
}

async function checkHandshakes(house: House, witness: Client): Promise<void> {
  const token = `Authorization: Bearer ${await house.tokenOf(house.admin)}`;
  for (const [kind, text] of malformedHandshakes) {
    const answer = await answerTo(house.server.port, text.replace('\r\ntoken', `\r\n${token}`));
    if (answer.startsWith('HTTP/1.1 101')) throw new Fault(`a handshake with ${kind} was accepted`);
    if (/^HTTP\/1.1 5/.test(answer))
      throw new Fault(`a handshake with ${kind} was answered with ${answer.slice(9, 12)}`);
    await isWell(witness, `a handshake with ${kind}`);
  }
}

/** Everything that a client must not send, each kind once. */
export const malformed: Scenario = {
  name: 'malformed',
  shows: 'each malformed frame is refused by name, each broken connection ended, and nobody else notices',
  deadline: () => 60_000,
  async run(stage) {
    const { house } = stage;
    const [witness] = await stage.clients(1);
    if (!witness) throw new Error('There is no witness');
    await checkFrames(house, witness);
    await checkBytes(house, witness);
    await checkHandshakes(house, witness);
    stage.checkClients([witness]);
    return `${malformedFrames.length} kinds of frames, ${malformedBytes.length} of bytes, ${malformedHandshakes.length} of handshakes`;
  },
};

/** Too large, and too many. */
export const flooding: Scenario = {
  name: 'flooding',
  shows: 'floods of frames and of bytes are stopped with 4004, stubborn nonsense with 4502, and nobody else notices',
  deadline: () => 90_000,
  async run(stage) {
    const { house } = stage;
    const [witness] = await stage.clients(1);
    if (!witness) throw new Error('There is no witness');
    const ping = '{"event":"ping","channel":"system","payload":{}}';
    const large = JSON.stringify({
      event: 'pong',
      channel: 'system',
      payload: { x: 'x'.repeat(limits.frameBytes - 100) },
    });
    const floods: [string, string, number, number][] = [
      ['pings', ping, 5000, closeCodes.rateLimited],
      ['large frames', large, 400, closeCodes.rateLimited],
      ['nonsense', '{{', 500, closeCodes.protocolViolation],
    ];
    let slowest = 0;
    for (const [kind, text, count, code] of floods) {
      const probe = await openProbe(house, house.admin);
      for (let at = 0; at < count && !probe.ended; at++) {
        probe.send(text);
        if (at % 100 !== 99) continue;
        const since = performance.now();
        await isWell(witness, kind);
        slowest = Math.max(slowest, performance.now() - since);
      }
      const end = await until(() => probe.ended, `a flood of ${kind} to be stopped`);
      expect(end.code === code || end.code === 1006, `a flood of ${kind} was closed with ${end.code}`);
      const last = probe.frames.findLast(({ event }) => event === 'error');
      expect(last !== undefined, `a flood of ${kind} was never refused`);
    }
    stage.checkClients([witness]);
    return `${floods.length} kinds, others waited ${Math.round(slowest)} ms at most`;
  },
};
