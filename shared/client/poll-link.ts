import type { PollAnswer, SubscribedChannel } from '../hub/feed.ts';
import { SYSTEM } from '../hub/limits.ts';
import { BadAnswer, fail } from '../kernel/errors.ts';
import type { Call } from './api.ts';
import { withDeadline } from './deadline.ts';
import { isRecord } from './envelope.ts';
import type { FeedLink } from './feed-link.ts';
import type { Timers } from './timers.ts';

/** Milliseconds that the server may wait for something to tell. */
const WAIT = 20_000;
/** Milliseconds beyond that until a poll counts as lost. */
const MARGIN = 10_000;
/** Milliseconds between polls that do not wait. */
const PAUSE = 3000;

/** Receives by asking again and again. `holds`: whether a question may stay open until there is an answer. */
export const createPollLink = (call: Call, timers: Timers, holds: () => boolean): FeedLink => ({
  async run(request, on, signal) {
    const told: SubscribedChannel[] = [];
    let cursor: string | undefined;
    for (;;) {
      const wait = cursor !== undefined && holds() ? WAIT : 0;
      const input = cursor === undefined ? request : { own: true, channels: request.channels, cursor, wait };
      const result = await call('hub', 'poll', input, { signal, timeout: wait + MARGIN });
      if (!result.ok) return result;
      if (!isRecord(result.data) || typeof result.data.cursor !== 'string') return fail(BadAnswer);
      // The contract states what `hub.poll` answers.
      const answer = result.data as unknown as PollAnswer;
      const { welcome, epoch } = answer;
      if (welcome) on.welcome({ event: 'welcome', channel: SYSTEM, payload: welcome, ts: timers.now() });
      for (const frame of answer.events) on.frame(frame);
      told.push(...answer.subscribed);
      cursor = answer.cursor;
      if (answer.more) continue;
      if (told.length > 0) on.subscribed({ epoch, channels: told.splice(0) });
      if (!holds()) await withDeadline(timers, PAUSE, [signal], () => new Promise(() => {}));
    }
  },
});
