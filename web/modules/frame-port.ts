import {
  type FromPage,
  type PageRequest,
  type PageSurroundings,
  STREAM_CREDIT,
  type ToPage,
} from '@shared/client/frame-messages.ts';
import type { CallOptions, Hearth, StreamOptions } from '@shared/client/types.ts';
import { fail, NotFound, RateLimited } from '@shared/kernel/errors.ts';
import type { Result } from '@shared/kernel/result.ts';
import { PageUnprompted } from '@shared/modules/errors.ts';
import { readFromPage } from './frame-request.ts';
import { download, upload } from './frame-transfer.ts';

/** Calls, streams and transfers of one page at once. */
const AT_ONCE = 50;
/** Messages in one second beyond which a page is cut off: it would take the whole app down. */
const MOST_MESSAGES = 2000;
/** Of them those that change the app around the page; the rest of such a second is not heard. */
const MOST_NOTICES = 20;
const notices: ReadonlySet<FromPage['kind']> = new Set(['title', 'notify', 'open', 'route']);

export interface FramePortOptions {
  hearth: Hearth;
  module: string;
  scopes: readonly string[];
  surroundings: PageSurroundings;
  /** What the page may do to the app around it. */
  onTitle(text: string): void;
  onNotify(text: string, tone: 'info' | 'ok' | 'danger'): void;
  onOpen(path: string): void;
  onRoute(route: string, replace: boolean): void;
  /** The page asks for more than anybody needs: it is not listened to any longer. */
  onFlood(): void;
}

/** The app's end of what it shares with a module's page. */
export interface FramePort {
  change(what: Partial<PageSurroundings>): void;
  /** Ends everything that runs for the page. */
  close(): void;
}

interface Running {
  stop: AbortController;
  /** Events that may still be sent. */
  credit: number;
  wake(): void;
}

type AnyCall = (input: Record<string, unknown>, options: CallOptions) => Promise<Result<unknown>>;
type AnyStream = (
  input: Record<string, unknown>,
  options: StreamOptions,
) => AsyncIterableIterator<{ event: string; data: unknown; id?: string }, Result<Record<string, never>>>;
/** A page calls by name what the compiler does not know. */
const member = <T>(root: object, module: string, name: string): T | undefined =>
  (root as Record<string, Record<string, T> | undefined>)[module]?.[name];

/**
 * Does what a module's page asks for, in the person's name and through the module: the server holds each call against
 * both. No token and nothing of the session goes over the port.
 */
export function openFramePort(port: MessagePort, options: FramePortOptions): FramePort {
  const { hearth, module } = options;
  const running = new Map<number, Running>();
  const end = new AbortController();
  let second = 0;
  let messages = 0;
  let noticed = 0;
  let unlisten: (() => void) | undefined;

  const send = (message: ToPage): void => port.postMessage(message);

  const targetOf = (name: string): { module: string; name: string } => {
    const dot = name.indexOf('.');
    return dot === -1 ? { module, name } : { module: name.slice(0, dot), name: name.slice(dot + 1) };
  };

  async function pump(request: PageRequest & { kind: 'stream' }, state: Running): Promise<Result<unknown>> {
    const target = targetOf(request.name);
    const { lastEventId } = request;
    const events = member<AnyStream>(
      hearth.sse,
      target.module,
      target.name,
    )?.(request.input, {
      signal: state.stop.signal,
      through: module,
      ...(lastEventId === undefined ? {} : { lastEventId }),
    });
    if (!events) return fail(NotFound);
    for (;;) {
      while (state.credit === 0 && !state.stop.signal.aborted)
        await new Promise<void>((resolve) => {
          state.wake = resolve;
        });
      const next = await events.next();
      if (next.done) return next.value;
      const { event, data, id } = next.value;
      state.credit--;
      send({ kind: 'event', id: request.id, event, data, ...(id === undefined ? {} : { eventId: id }) });
    }
  }

  async function answer(request: PageRequest, state: Running): Promise<Result<unknown>> {
    const target = targetOf(request.name);
    const { signal } = state.stop;
    // Files come from, and go to, the module itself.
    if ((request.kind === 'upload' || request.kind === 'download') && target.module !== module) return fail(NotFound);
    switch (request.kind) {
      case 'call': {
        const { key } = request;
        const call = member<AnyCall>(hearth.api, target.module, target.name);
        return call
          ? call(request.input, { signal, through: module, ...(key === undefined ? {} : { key }) })
          : fail(NotFound);
      }
      case 'stream':
        return pump(request, state);
      case 'upload':
        return upload(hearth, { ...target, signal }, request.parts, (sent, total) =>
          send({ kind: 'progress', id: request.id, sent, total }),
        );
      case 'download':
        // What somebody does in the frame counts for us around it as well.
        if (!navigator.userActivation.isActive) return fail(PageUnprompted);
        return download(hearth, { ...target, signal }, request.input);
    }
  }

  async function run(request: PageRequest): Promise<void> {
    const { id } = request;
    if (running.has(id)) return;
    if (running.size >= AT_ONCE) return send({ kind: 'result', id, result: fail(RateLimited) });
    const state: Running = { stop: new AbortController(), credit: STREAM_CREDIT, wake() {} };
    running.set(id, state);
    const result = await answer(request, state);
    running.delete(id);
    if (!end.signal.aborted) send({ kind: 'result', id, result });
  }

  function listen(): void {
    if (unlisten) return;
    const channel = `module:${module}`;
    const subscription = hearth.ws.subscribe(channel);
    const off = hearth.events.onAny((frame) => {
      if (frame.channel === channel)
        send({ kind: 'published', event: frame.event, payload: frame.payload as Record<string, unknown> });
    });
    unlisten = () => {
      off();
      subscription.unsubscribe();
    };
  }

  const cancel = (state: Running): void => {
    state.stop.abort();
    state.wake();
  };

  function act(message: FromPage): void {
    switch (message.kind) {
      case 'cancel': {
        const state = running.get(message.id);
        return state && cancel(state);
      }
      case 'more': {
        const state = running.get(message.id);
        if (!state) return;
        state.credit = Math.min(STREAM_CREDIT, state.credit + message.count);
        return state.wake();
      }
      case 'title':
        return options.onTitle(message.text);
      case 'notify':
        return options.onNotify(message.text, message.tone);
      case 'open':
        return options.onOpen(message.path);
      case 'route':
        return options.onRoute(message.route, message.replace);
      case 'listen':
        return listen();
      default:
        void run(message);
    }
  }

  const close = (): void => {
    end.abort();
    unlisten?.();
    for (const state of running.values()) cancel(state);
    port.close();
  };

  port.addEventListener('message', ({ data, timeStamp }) => {
    const now = Math.trunc(timeStamp / 1000);
    if (now !== second) messages = noticed = 0;
    second = now;
    messages++;
    if (messages > MOST_MESSAGES) {
      close();
      return options.onFlood();
    }
    const message = end.signal.aborted ? undefined : readFromPage(data);
    if (message && !(notices.has(message.kind) && ++noticed > MOST_NOTICES)) act(message);
  });
  port.start();
  send({ kind: 'welcome', module, scopes: options.scopes, ...options.surroundings });

  return { change: (what) => send({ kind: 'changed', ...what }), close };
}
