import type { Result } from '../kernel/result.ts';
import type { PagePerson, PageSurroundings } from './frame-messages.ts';

export interface PageCallOptions {
  signal?: AbortSignal;
  /** Idempotency key: sent again with the same input, the effect happens once and the first answer returns. */
  key?: string;
}
export interface PageStreamOptions {
  signal?: AbortSignal;
  /** Resume after this event id. */
  lastEventId?: string;
}
export interface PageUploadOptions {
  signal?: AbortSignal;
  /** Bytes so far and altogether. */
  onProgress?: (sent: number, total: number) => void;
}
export interface PageEvent<T = unknown> {
  event: string;
  data: T;
  id?: string;
}

/** What the page's listeners hear. `route` also when the person goes back, `published` what the module publishes. */
export interface PageChanges {
  me: PagePerson;
  locale: PageSurroundings['locale'];
  theme: PageSurroundings['theme'];
  route: string;
  published: { event: string; payload: Record<string, unknown> };
}

/**
 * Hearth, for the page of a module: `import { hearth } from 'hearth:page'`. The page has no rights of its own; the app
 * around it does what it asks for, as far as the person and the module's granted permissions both allow. No call throws
 * or rejects: failures are Results.
 */
export interface PageHearth {
  /** Settles when `me` and the others below are known; until then they hold defaults. Calls need not wait for it. */
  readonly ready: Promise<void>;
  /** The page was opened in a tab of its own: nothing it asks for is done. */
  readonly alone: boolean;
  readonly module: string;
  /** Permissions that were granted to the module, beside its own functions. */
  readonly scopes: readonly string[];
  readonly me: PagePerson;
  readonly locale: PageSurroundings['locale'];
  readonly theme: PageSurroundings['theme'];
  /** The part of the address behind `#`. */
  readonly route: string;
  /** Calls a function of the module (`vote`) or of another one (`chat.postMessage`). */
  call<T = unknown>(name: string, input?: Record<string, unknown>, options?: PageCallOptions): Promise<Result<T>>;
  /** Follows a stream; it reconnects and resumes by itself. Leaving the loop ends it. */
  stream<T = unknown>(
    name: string,
    input?: Record<string, unknown>,
    options?: PageStreamOptions,
  ): AsyncIterableIterator<PageEvent<T>, Result<Record<string, never>>>;
  /** Sends a form with files to a function of the module that takes files. */
  upload<T = unknown>(
    name: string,
    form: Record<string, string | File | readonly File[]>,
    options?: PageUploadOptions,
  ): Promise<Result<T>>;
  /**
   * Saves what a function of the module answers (a file) as a download of the browser. Reads only, and only when somebody
   * has just pressed something on the page.
   */
  download(name: string, input?: Record<string, unknown>): Promise<Result<Record<string, never>>>;
  /** Names the page in the browser's tab. */
  setTitle(text: string): void;
  /** Shows a short message that goes by itself. */
  notify(text: string, tone?: 'info' | 'ok' | 'danger'): void;
  /** Leads the app to a page of Hearth: `/rooms/room_…`. */
  open(path: string): void;
  /** Changes the part of the address behind `#`, so that it can be linked to. */
  setRoute(route: string, options?: { replace?: boolean }): void;
  on<K extends keyof PageChanges>(what: K, listener: (value: PageChanges[K]) => void): () => void;
}
