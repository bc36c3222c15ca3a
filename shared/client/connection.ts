import { closeCodes } from '../hub/close-codes.ts';
import type { ClientFrame, ServerFrame, Welcome } from '../hub/frames.ts';
import { limits, SYSTEM } from '../hub/limits.ts';
import type { HearthError, Result } from '../kernel/result.ts';
import { backoff } from './backoff.ts';
import { isRecord } from './envelope.ts';
import type { Answer } from './http.ts';
import { createLiveness } from './liveness.ts';
import type { Liveness } from './liveness.ts';
import type { Written } from './requests.ts';
import { openSocket } from './socket.ts';
import type { Dial, Socket } from './socket.ts';
import type { Timers } from './timers.ts';
import type { ConnectionState } from './types.ts';
import { lost, ofAdmission, ofClose, ofFailure } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/**
 * The life of the one socket:
 *
 *     idle ──connect──▶ opening ──welcome──▶ live
 *                        ▲    │                │
 *                        │    ╰─closed early─▶ checking ─401, 403─▶ refused
 *                        │                     │  ▲                    ▲
 *                        ╰──waiting ◀──────────╯  ╰─4003───── live ────┤ 4500 and above
 *                              ▲──────────────── any other close ──────╯
 */
type Phase =
  | { name: 'idle' }
  | { name: 'opening'; socket?: Socket; cancel: () => void }
  | { name: 'live'; socket: Socket; liveness: Liveness; since: number; frameBytes: number; drain?: Drain }
  /** Finding out why the socket was refused, or renewing the token. */
  | { name: 'checking' }
  /** `told`: the server named the time, so waking up does not shorten it. */
  | { name: 'waiting'; cancel: () => void; told: boolean }
  | { name: 'refused' };

interface Drain {
  comeBackAt: number;
  cancel: () => void;
}

export interface Connection {
  connect(): void;
  disconnect(): void;
  retry(): void;
  /** The network or the person came back: try, or see whether the connection still lives. */
  wake(): void;
  write(frame: ClientFrame): Written;
  isLive(): boolean;
  /** Ends it for a reason that coming back would not change. */
  refuse(reason: HearthError): void;
}

export interface ConnectionDeps {
  timers: Timers;
  random: () => number;
  WebSocket: typeof WebSocket;
  dial(): Promise<Result<Dial>>;
  /** Asks over HTTP whether a socket would be let in. */
  admission(): Promise<Answer>;
  renew(): Promise<Result<unknown>>;
  show(state: ConnectionState): void;
  onWelcome(frame: ServerFrame<'welcome', Welcome>): void;
  /** Every frame after that, but those of the connection itself. */
  onFrame(frame: ServerFrame): void;
  /** Whether the server would let us in, and yet no socket passes. */
  blocked(isBlocked: boolean): void;
  /** It was live and is no longer. */
  onDown(): void;
  /** The server ended the session. */
  onEnded(reason: HearthError): void;
}

/** Milliseconds until the welcome must have come. */
const WELCOME_TIMEOUT = 15_000;
/** Sockets in a row that ended without a welcome, although the server would let us in, until they count as blocked. */
const BLOCKED = 2;
/** Milliseconds after which a connection counts as having worked. */
const STABLE = 5000;

const isWelcome = (frame: ServerFrame): frame is ServerFrame<'welcome', Welcome> =>
  frame.event === 'welcome' &&
  isRecord(frame.payload) &&
  typeof frame.payload.epoch === 'string' &&
  Array.isArray(frame.payload.channels);

/** Milliseconds that a `drain` gives a client to come back. */
export const drainDelay = (payload: unknown): number =>
  isRecord(payload) && typeof payload.delay === 'number' ? payload.delay : 0;

export function createConnection(deps: ConnectionDeps): Connection {
  const { timers, random } = deps;
  let phase: Phase = { name: 'idle' };
  let failures = 0;
  let reason: HearthError | undefined;
  /** Whether the token was just renewed: a refusal right after it is final. */
  let renewed = false;
  let unheard = 0;

  function enter<P extends Phase>(next: P): P {
    const left = phase;
    phase = next;
    if (left.name === 'waiting' || left.name === 'opening') left.cancel();
    if ((left.name === 'opening' || left.name === 'live') && !('socket' in next && next.socket === left.socket))
      left.socket?.drop();
    if (left.name === 'live') {
      left.liveness.stop();
      left.drain?.cancel();
      if (timers.now() - left.since >= STABLE) {
        failures = 0;
        renewed = false;
      }
      deps.onDown();
    }
    return next;
  }

  const show = (status: ConnectionState['status'], retryAt?: number) =>
    deps.show({
      status,
      attempt: failures,
      ...(retryAt === undefined ? {} : { retryAt }),
      ...(reason === undefined ? {} : { reason }),
    });

  async function open() {
    const mine: Phase & { name: 'opening' } = enter({ name: 'opening', cancel: () => {} });
    const dial = await deps.dial();
    if (phase !== mine) return;
    if (!dial.ok) return obey(ofFailure(dial.error));
    const socket = openSocket(deps.WebSocket, dial.data, {
      frame: (frame) => onFrame(socket, frame),
      close: (code) => onClose(socket, code),
    });
    mine.socket = socket;
    mine.cancel = timers.after(WELCOME_TIMEOUT, () => {
      // Nobody even refused it.
      unheard = BLOCKED;
      void check();
    });
  }

  function reopen() {
    show('offline');
    void open();
  }

  function onFrame(socket: Socket, frame: ServerFrame) {
    if (phase.name === 'opening' && phase.socket === socket && isWelcome(frame)) return live(socket, frame);
    if (phase.name !== 'live' || phase.socket !== socket) return;
    phase.liveness.beat();
    if (frame.event === 'ping') write({ event: 'pong', channel: SYSTEM, payload: {} });
    else if (frame.event === 'drain') drain(phase, frame.payload);
    else if (frame.event !== 'pong') deps.onFrame(frame);
  }

  function live(socket: Socket, frame: ServerFrame<'welcome', Welcome>) {
    const { pingInterval, pongTimeout, limits: given } = frame.payload;
    const liveness = createLiveness({
      timers,
      interval: pingInterval ?? limits.pingInterval,
      timeout: pongTimeout ?? limits.pongTimeout,
      ping: () => write({ event: 'ping', channel: SYSTEM, payload: {} }),
      dead: () => {
        if (phase.name === 'live') phase.socket.drop(closeCodes.noPong);
        wait(lost());
      },
    });
    const frameBytes = given?.frameBytes ?? limits.frameBytes;
    reason = undefined;
    unblock();
    enter({ name: 'live', socket, liveness, since: timers.now(), frameBytes });
    deps.onWelcome(frame);
  }

  function unblock() {
    unheard = 0;
    deps.blocked(false);
  }

  function drain(mine: Phase & { name: 'live' }, payload: unknown) {
    const delay = drainDelay(payload);
    mine.drain?.cancel();
    const cancel = timers.after(delay, reopen);
    mine.drain = { comeBackAt: timers.now() + delay, cancel };
  }

  function onClose(socket: Socket, code: number) {
    if ((phase.name !== 'opening' && phase.name !== 'live') || phase.socket !== socket) return;
    const verdict = ofClose(code);
    if (verdict.next !== 'wait') obey(verdict);
    else if (phase.name === 'opening') void check();
    else wait(verdict.reason, phase.drain && phase.drain.comeBackAt - timers.now());
  }

  function obey({ next, reason: why }: Verdict) {
    if (next === 'wait') wait(why);
    else if (next === 'renew') void renewAndOpen(why);
    else refuse(why);
    if (next === 'end') deps.onEnded(why);
  }

  async function check() {
    const mine = enter({ name: 'checking' });
    const answer = await deps.admission();
    if (phase !== mine) return;
    if (answer.result.ok && ++unheard >= BLOCKED) deps.blocked(true);
    obey(ofAdmission(answer, renewed));
  }

  async function renewAndOpen(why: HearthError) {
    const mine = enter({ name: 'checking' });
    if (renewed) return wait(why);
    renewed = true;
    reason = why;
    show('offline');
    const result = await deps.renew();
    if (phase !== mine) return;
    if (result.ok) void open();
    else obey(ofFailure(result.error));
  }

  function wait(why: HearthError, told?: number) {
    // Leaving a connection that had worked forgets earlier failures.
    enter({ name: 'checking' });
    renewed = false;
    const delay = told ?? backoff(failures, random, why.retryAfter);
    const isTold = told !== undefined || why.retryAfter !== undefined;
    enter({ name: 'waiting', cancel: timers.after(delay, reopen), told: isTold });
    failures++;
    reason = why;
    show('offline', timers.now() + Math.max(0, delay));
  }

  function refuse(why: HearthError) {
    if (phase.name === 'refused') return;
    enter({ name: 'refused' });
    unblock();
    reason = why;
    show('refused');
  }

  function write(frame: ClientFrame): Written {
    return phase.name === 'live' ? phase.socket.write(frame, phase.frameBytes) : 'unreachable';
  }

  return {
    connect() {
      if (phase.name !== 'idle' && phase.name !== 'refused') return;
      failures = 0;
      renewed = false;
      reason = undefined;
      show('connecting');
      void open();
    },
    disconnect() {
      enter({ name: 'idle' });
      unblock();
      failures = 0;
      reason = undefined;
      show('offline');
    },
    retry() {
      if (phase.name === 'waiting' || phase.name === 'refused') reopen();
    },
    wake() {
      if (phase.name === 'waiting' && !phase.told) reopen();
      else if (phase.name === 'live') phase.liveness.probe();
    },
    write,
    isLive: () => phase.name === 'live',
    refuse,
  };
}
