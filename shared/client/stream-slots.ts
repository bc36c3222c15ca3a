import type { Timers } from './timers.ts';

/**
 * The right to keep a request open. HTTP/1.1 browsers open about six connections to a host over all tabs; a few tabs may
 * each hold one for what the server pushes, so that calls still get through. The others ask now and then instead.
 */
export interface StreamSlots {
  /** Whether we may hold a connection; asks the other tabs. */
  take(): Promise<boolean>;
  release(): void;
  dispose(): void;
}

/** Tabs that may hold a connection at once. */
const SLOTS = 2;
/** Milliseconds that other tabs have to answer. */
const PATIENCE = 200;

interface Said {
  from: number;
  /** asks: wants one · waits: wants one as well, and asked before · holds: has one. */
  says: 'asks' | 'waits' | 'holds';
}

/** Tabs of the same origin and base path share their slots; outside browsers there is always one. */
export function createStreamSlots(name: string, timers: Timers, random: () => number): StreamSlots {
  if (typeof document === 'undefined' || typeof BroadcastChannel === 'undefined')
    return { take: async () => true, release() {}, dispose() {} };

  const me = timers.now() + random();
  const channel = new BroadcastChannel(name);
  let state: 'idle' | 'asking' | 'holding' = 'idle';
  let others = new Set<number>();
  const post = channel.postMessage.bind(channel);
  const say = (says: Said['says']) => post({ from: me, says } satisfies Said);

  channel.addEventListener('message', ({ data }: MessageEvent<Said>) => {
    const { from, says } = data;
    if (says === 'asks' && state === 'holding') say('holds');
    else if (says === 'asks' && state === 'asking') say('waits');
    // Of tabs that ask at the same time the oldest come first.
    if (state === 'asking' && (says === 'holds' || from < me)) others.add(from);
  });

  return {
    async take() {
      if (state !== 'idle') return state === 'holding';
      state = 'asking';
      others = new Set();
      say('asks');
      await new Promise<void>((resolve) => timers.after(PATIENCE, resolve));
      state = others.size < SLOTS ? 'holding' : 'idle';
      return state === 'holding';
    },
    release() {
      state = 'idle';
    },
    dispose: () => channel.close(),
  };
}
