import type { Subscribed } from '../hub/feed.ts';
import type { ServerFrame } from '../hub/frames.ts';
import { BadAnswer, fail, TimedOut, Unreachable } from '../kernel/errors.ts';
import type { Err } from '../kernel/result.ts';
import { isUnauthenticated } from './api.ts';
import { isHearthError, isRecord, parseJson } from './envelope.ts';
import type { FeedLink } from './feed-link.ts';
import type { Http } from './http.ts';
import type { Renewal } from './refresh.ts';
import { isStream, messages, refusalOf } from './sse.ts';
import type { Timers } from './timers.ts';

/** Milliseconds until the first event must be here: a proxy may collect what it should pass on. */
const FIRST_EVENT = 6000;

/** Receives by one stream of server-sent events. Fails with `network.timeout` where streams do not pass. */
export const createStreamLink = (http: Http, renewal: Renewal, timers: Timers): FeedLink => ({
  async run(request, on, signal) {
    const stop = new AbortController();
    const end = () => stop.abort();
    signal.addEventListener('abort', end);
    let late = false;
    const cancel = timers.after(FIRST_EVENT, () => {
      late = true;
      end();
    });

    async function refused(response: Response, before: number): Promise<Err> {
      const refusal = await refusalOf(response, timers, stop.signal);
      if (!isUnauthenticated(refusal)) return refusal;
      const renewed = await renewal.renew(before);
      // Come back at once with the new token.
      return renewed.ok ? fail(Unreachable) : renewed;
    }

    async function receive(): Promise<Err> {
      const before = renewal.count();
      const opened = await http.open('sse/hub/subscribe', {}, stop.signal, FIRST_EVENT, request);
      if ('failed' in opened) return fail(opened.failed);
      const response = opened.value;
      if (!isStream(response)) return refused(response, before);
      for await (const { event, data } of messages(response, timers, stop.signal)) {
        const frame = parseJson(data);
        if (event === 'error') return isHearthError(frame) ? { ok: false, error: frame } : fail(BadAnswer);
        if (!isRecord(frame)) continue;
        // The contract of the stream says that each event is a frame.
        const known = frame as unknown as ServerFrame;
        if (event === 'welcome') {
          cancel();
          on.welcome(known);
        } else if (event === 'subscribed') on.subscribed(known.payload as Subscribed);
        else on.frame(known);
      }
      return fail(Unreachable);
    }

    const ended = await receive();
    cancel();
    end();
    signal.removeEventListener('abort', end);
    return late ? fail(TimedOut) : ended;
  },
});
