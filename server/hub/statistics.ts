import { closeCodes } from '@shared/hub/close-codes.ts';
import { Histogram } from './histogram.ts';

/** Seconds. */
const latencies = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** Writes that shared a commit. */
const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Close codes that are counted each for itself. A client may send any other one: those are one. */
const counted = new Set<number>([1000, 1001, 1002, 1005, 1006, 1009, 1011, ...Object.values(closeCodes)]);
export type CountedCode = number | 'other';

/** Why a socket was not let in. */
export type Refusal = 'unauthenticated' | 'origin' | 'not_ready' | 'user' | 'address' | 'node';

/**
 * What the hub did since the process started: whole numbers that only grow, counted where things happen and read when
 * somebody asks. The fields are fixed and counting makes no object, so that it costs next to nothing.
 */
export class Statistics {
  readonly startedAt: number;
  framesIn = 0;
  bytesIn = 0;
  framesOut = 0;
  bytesOut = 0;
  /** Connections that were opened. */
  opened = 0;
  /** Subscriptions with a cursor that were caught up, and those that could not be; events replayed for the former. */
  recovered = 0;
  lost = 0;
  replayed = 0;
  /** Connections closed, by close code. */
  readonly closes = new Map<CountedCode, number>();
  /** Connections refused before the upgrade. */
  readonly refusals: Record<Refusal, number> = {
    unauthenticated: 0,
    origin: 0,
    not_ready: 0,
    user: 0,
    address: 0,
    node: 0,
  };
  /** Frames refused unread, by error code. */
  readonly refusedFrames = new Map<string, number>();
  /** Seconds from the arrival of a frame until it was answered. Of the frames of one connection one is timed at once. */
  readonly ackLatency = new Histogram(latencies);
  readonly commitSize = new Histogram(sizes);
  /** Seconds. */
  readonly commitDuration = new Histogram(latencies);
  /** Seconds that the event loop was late. */
  readonly loopDelay = new Histogram(latencies);

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  /** Milliseconds for `Histogram`, finer than the wall clock and never set back. */
  now(): number {
    return performance.now();
  }

  /** A frame that this many connections receive. */
  sent(bytes: number, receivers: number): void {
    this.framesOut += receivers;
    this.bytesOut += bytes * receivers;
  }

  closed(code: number): void {
    const name: CountedCode = counted.has(code) ? code : 'other';
    this.closes.set(name, (this.closes.get(name) ?? 0) + 1);
  }

  refusedFrame(code: string): void {
    this.refusedFrames.set(code, (this.refusedFrames.get(code) ?? 0) + 1);
  }

  /** Told by the database's writer. */
  committed(writes: number, milliseconds: number): void {
    const now = this.now();
    this.commitSize.observe(writes, now);
    this.commitDuration.observe(milliseconds / 1000, now);
  }
}
