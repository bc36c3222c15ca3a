import type { Result } from '../kernel/result.ts';

/**
 * What the page of a module and the app say to each other over the page's MessagePort. The app believes nothing of it:
 * `web/modules/frame-request.ts` reads each message of a page before it is acted upon.
 */

/** Whoever looks at the page. */
export interface PagePerson {
  readonly id: string;
  readonly name: string;
  readonly role: 'guest' | 'member' | 'admin';
}

/** What a page knows of where it is shown. */
export interface PageSurroundings {
  readonly me: PagePerson;
  readonly locale: 'en' | 'de';
  readonly theme: 'light' | 'dark';
  /** The part of the app's address behind the `#`: what a link into the page carries. */
  readonly route: string;
}

/** `vote` is the module's own function, `chat.postMessage` one of another module. */
export interface PageCall {
  id: number;
  name: string;
  input: Record<string, unknown>;
}

/** What has an answer. */
export type PageRequest =
  | (PageCall & { kind: 'call'; key?: string })
  | (PageCall & { kind: 'stream'; lastEventId?: string })
  | (PageCall & { kind: 'download' })
  | { kind: 'upload'; id: number; name: string; parts: readonly PagePart[] };

/** A field of a form, in order. */
export interface PagePart {
  field: string;
  value: string | File;
}

/** What has none. */
export type PageNotice =
  | { kind: 'cancel'; id: number }
  /** The page took this many events of a stream: it may be sent as many more. */
  | { kind: 'more'; id: number; count: number }
  | { kind: 'title'; text: string }
  | { kind: 'notify'; text: string; tone: 'info' | 'ok' | 'danger' }
  | { kind: 'open'; path: string }
  | { kind: 'route'; route: string; replace: boolean }
  /** The page wants the events of its module's own channel. */
  | { kind: 'listen' };

export type FromPage = PageRequest | PageNotice;

export type ToPage =
  | ({ kind: 'welcome'; module: string; scopes: readonly string[] } & PageSurroundings)
  | ({ kind: 'changed' } & Partial<PageSurroundings>)
  | { kind: 'result'; id: number; result: Result<unknown> }
  | { kind: 'event'; id: number; event: string; data: unknown; eventId?: string }
  | { kind: 'progress'; id: number; sent: number; total: number }
  | { kind: 'published'; event: string; payload: Record<string, unknown> };

/** The page asks for its port with this, and the app hands it over with this. */
export const HELLO = 'hearth:page';
/** Events of a stream that may be under way before the page takes one. */
export const STREAM_CREDIT = 256;
