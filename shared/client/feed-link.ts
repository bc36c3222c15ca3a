import type { Subscribed } from '../hub/feed.ts';
import type { ServerFrame } from '../hub/frames.ts';
import type { Result } from '../kernel/result.ts';

/** What a client asks a feed for; see `FeedInput` in `hub/feed.ts`. */
export interface FeedRequest {
  channels: string[];
  since: string[];
  epoch?: string;
  own: true;
}

/** One way of receiving without a socket, while it lasts. */
export interface FeedLink {
  /** Runs until it fails, or until the signal aborts. */
  run(request: FeedRequest, on: FeedEvents, signal: AbortSignal): Promise<Result<never>>;
}

export interface FeedEvents {
  /** The first thing that comes. */
  welcome(frame: ServerFrame): void;
  frame(frame: ServerFrame): void;
  /** Nothing that was asked for is missing any more; of some channels it may be lost. */
  subscribed(subscribed: Subscribed): void;
}
