import type { HearthError, Result } from '../kernel/result.ts';
import type { FromPage, PagePart, PageRequest, PageSurroundings, ToPage } from './frame-messages.ts';
import type { PageEvent, PageHearth, PageStreamOptions } from './frame-types.ts';

export type { HearthError, Result } from '../kernel/result.ts';
export type { PagePerson } from './frame-messages.ts';
export type * from './frame-types.ts';

// This file is bundled into pages as it stands: it imports nothing at run time.
const HELLO = 'hearth:page';
/** Taken events are told in lots of this many. */
const LOT = 64;

const error = (code: string, message: string): { ok: false; error: HearthError } => ({
  ok: false,
  error: { code, message, retryable: false },
});

interface Pending {
  receive(message: ToPage): void;
}

function connect(): PageHearth {
  const alone = window.parent === window;
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, Set<(value: never) => void>>();
  const waiting: FromPage[] = [];
  let port: MessagePort | undefined;
  let count = 0;
  let state: PageSurroundings & { module: string; scopes: readonly string[] } = {
    me: { id: '', name: '', role: 'guest' },
    locale: navigator.language.startsWith('de') ? 'de' : 'en',
    theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
    route: '',
    module: '',
    scopes: [],
  };
  let settle = () => {};
  const ready = new Promise<void>((resolve) => (settle = resolve));

  const dress = () => {
    document.documentElement.lang = state.locale;
    document.documentElement.dataset.theme = state.theme;
    document.documentElement.style.colorScheme = state.theme;
  };
  const tell = (what: string, value: unknown) => {
    for (const listener of listeners.get(what) ?? []) (listener as (given: unknown) => void)(value);
  };
  const send = (message: FromPage) => {
    if (port) port.postMessage(message);
    else if (!alone) waiting.push(message);
  };

  function receive(message: ToPage): void {
    switch (message.kind) {
      case 'welcome': {
        const { kind: _, ...rest } = message;
        state = rest;
        dress();
        for (const early of waiting.splice(0)) send(early);
        settle();
        return;
      }
      case 'changed': {
        const { kind: _, ...rest } = message;
        state = { ...state, ...rest };
        dress();
        for (const [what, value] of Object.entries(rest)) tell(what, value);
        return;
      }
      case 'published':
        return tell('published', { event: message.event, payload: message.payload });
      default:
        pending.get(message.id)?.receive(message);
    }
  }

  function request(
    make: (id: number) => PageRequest,
    signal: AbortSignal | undefined,
    also?: (message: ToPage) => void,
  ): { id: number; done: Promise<Result<never>> } {
    const id = ++count;
    const done = new Promise<Result<never>>((resolve) => {
      if (alone) return resolve(error('page.alone', 'This page works inside of Hearth only'));
      if (signal?.aborted) return resolve(error('network.aborted', 'The request was cancelled'));
      const finish = (result: Result<never>) => {
        pending.delete(id);
        signal?.removeEventListener('abort', onAbort);
        resolve(result);
      };
      const onAbort = () => {
        send({ kind: 'cancel', id });
        finish(error('network.aborted', 'The request was cancelled'));
      };
      signal?.addEventListener('abort', onAbort);
      pending.set(id, {
        receive(message) {
          if (message.kind === 'result') finish(message.result as Result<never>);
          else also?.(message);
        },
      });
      try {
        send(make(id));
      } catch {
        finish(error('request.malformed', 'This input cannot be sent'));
      }
    });
    return { id, done };
  }

  function stream(name: string, input: Record<string, unknown>, options: PageStreamOptions) {
    const stop = new AbortController();
    const events: PageEvent<never>[] = [];
    let end: Result<Record<string, never>> | undefined;
    let wake = () => {};
    let taken = 0;
    let running: { id: number } | undefined;
    const start = () => {
      if (running) return;
      const follow = () => stop.abort();
      options.signal?.addEventListener('abort', follow);
      if (options.signal?.aborted) follow();
      const { lastEventId } = options;
      const { id, done } = request(
        (id) => ({ kind: 'stream', id, name, input, ...(lastEventId === undefined ? {} : { lastEventId }) }),
        stop.signal,
        (message) => {
          if (message.kind !== 'event') return;
          const { event, data, eventId } = message;
          events.push(
            eventId === undefined ? { event, data: data as never } : { event, data: data as never, id: eventId },
          );
          wake();
        },
      );
      running = { id };
      void done.then((result) => {
        options.signal?.removeEventListener('abort', follow);
        end = result;
        wake();
      });
    };
    const iterator: AsyncIterableIterator<PageEvent<never>, Result<Record<string, never>>> = {
      async next() {
        start();
        for (;;) {
          const value = events.shift();
          if (value) {
            if (++taken % LOT === 0 && running) send({ kind: 'more', id: running.id, count: LOT });
            return { done: false, value };
          }
          if (end) return { done: true, value: end };
          await new Promise<void>((resolve) => (wake = resolve));
        }
      },
      async return(value) {
        stop.abort();
        events.length = 0;
        end ??= { ok: true, data: {} };
        wake();
        return { done: true, value: (await value) ?? { ok: true, data: {} } };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  const partsOf = (form: Record<string, string | File | readonly File[]>): PagePart[] =>
    Object.entries(form).flatMap(([field, value]) =>
      (Array.isArray(value) ? (value as readonly File[]) : [value as string | File]).map((one) => ({
        field,
        value: one,
      })),
    );

  /** In a tab of its own the page is shown as it is, with a word about where it belongs. */
  const sayAlone = () => {
    const note = document.createElement('p');
    note.setAttribute('role', 'note');
    note.textContent = state.locale === 'de' ? 'Diese Seite in Hearth öffnen' : 'Open this page in Hearth';
    note.style.cssText = 'margin:0;padding:.6rem 1rem;font:1rem/1.4 system-ui,sans-serif;background:#7a2d00;color:#fff';
    document.body.prepend(note);
  };

  if (alone) {
    dress();
    if (document.body) sayAlone();
    else addEventListener('DOMContentLoaded', sayAlone);
    settle();
  } else {
    const onPort = (event: MessageEvent) => {
      const given = event.ports[0];
      if (port || event.source !== window.parent || event.data !== HELLO || !given) return;
      removeEventListener('message', onPort);
      port = given;
      port.addEventListener('message', ({ data }) => receive(data as ToPage));
      port.start();
    };
    addEventListener('message', onPort);
    // Says nothing and asks nobody in particular: whoever frames the page is Hearth itself, by its policy.
    window.parent.postMessage(HELLO, '*');
  }

  return {
    ready,
    alone,
    get module() {
      return state.module;
    },
    get scopes() {
      return state.scopes;
    },
    get me() {
      return state.me;
    },
    get locale() {
      return state.locale;
    },
    get theme() {
      return state.theme;
    },
    get route() {
      return state.route;
    },
    call(name, input = {}, { signal, key } = {}) {
      return request((id) => ({ kind: 'call', id, name, input, ...(key === undefined ? {} : { key }) }), signal).done;
    },
    stream: (name, input = {}, options = {}) => stream(name, input, options),
    upload(name, form, { signal, onProgress } = {}) {
      const progress = (message: ToPage) => {
        if (message.kind === 'progress') onProgress?.(message.sent, message.total);
      };
      return request((id) => ({ kind: 'upload', id, name, parts: partsOf(form) }), signal, progress).done;
    },
    download: (name, input = {}) => request((id) => ({ kind: 'download', id, name, input }), undefined).done,
    setTitle: (text) => send({ kind: 'title', text: String(text) }),
    notify: (text, tone = 'info') => send({ kind: 'notify', text: String(text), tone }),
    open: (path) => send({ kind: 'open', path: String(path) }),
    setRoute(route, { replace = false } = {}) {
      state = { ...state, route: String(route) };
      send({ kind: 'route', route: String(route), replace });
    },
    on(what, listener) {
      const known = listeners.get(what) ?? new Set();
      listeners.set(what, known);
      known.add(listener);
      if (what === 'published') send({ kind: 'listen' });
      return () => void known.delete(listener);
    },
  };
}

export const hearth: PageHearth = connect();
