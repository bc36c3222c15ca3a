import { RefreshRefused } from '../auth/errors.ts';
import type { Status } from '../auth/schema.ts';
import type { HearthError, Result } from '../kernel/result.ts';
import { ok } from '../kernel/result.ts';
import type { Me } from '../people/schema.ts';
import { isUnauthenticated } from './api.ts';
import type { Call } from './api.ts';
import type { Channels } from './channels.ts';
import type { Connection } from './connection.ts';
import { isRecord } from './envelope.ts';
import type { OutboxQueue } from './outbox.ts';
import type { Renewal } from './refresh.ts';
import type { Writable } from './state.ts';
import type { Hearth, State } from './types.ts';

/** Who is signed in, and what that means for everything else. */
export interface Session extends Pick<Hearth, 'start' | 'signedIn' | 'signOut'> {
  /** The server ended the session. What was not sent waits for the same person to sign in again. */
  ended(reason: HearthError): void;
}

type StatusAnswer = Pick<Status, 'user' | 'canRefresh'>;

export interface SessionDeps {
  call: Call;
  renewal: Renewal;
  connection: Connection;
  channels: Channels;
  outbox: OutboxQueue;
  state: Writable<State>;
  disposed: AbortSignal;
}

export function createSession(deps: SessionDeps): Session {
  const { call, renewal, connection, channels, outbox, state, disposed } = deps;
  /** Whose cursors and unsent actions are here. */
  let owner: string | undefined;

  const show = (session: State['session']) => state.set({ ...state.get(), session });

  function forget() {
    owner = undefined;
    connection.disconnect();
    channels.clear();
    outbox.leave();
    renewal.stop();
    const { connection: shown } = state.get();
    state.set({ session: { status: 'signedOut' }, connection: shown });
  }

  function signedIn(user: Me) {
    if (disposed.aborted) return;
    if (owner !== undefined && owner !== user.id) forget();
    owner = user.id;
    show({ status: 'signedIn', user });
    outbox.resume(user.id);
    connection.connect();
  }

  const status = async (): Promise<Result<StatusAnswer>> => {
    const result = await call('auth', 'status');
    // The contract states what `auth.status` answers.
    return result.ok ? ok((isRecord(result.data) ? result.data : {}) as StatusAnswer) : result;
  };

  async function start(): Promise<Result<State['session']>> {
    let found = await status();
    if (found.ok && !found.data.user && found.data.canRefresh) {
      // The access token may have expired while nobody was here.
      const renewed = await renewal.renew();
      if (renewed.ok) found = await status();
      else if (renewed.error.retryable) return renewed;
    }
    if (!found.ok) return found;
    if (found.data.user) signedIn(found.data.user);
    else show({ status: 'signedOut' });
    return ok(state.get().session);
  }

  async function signOut(): Promise<Result<Record<string, never>>> {
    const result = await call('auth', 'signOut');
    const gone = isUnauthenticated(result) || (!result.ok && result.error.code === RefreshRefused.code);
    if (!result.ok && !gone) return result;
    outbox.clear();
    forget();
    return ok();
  }

  function ended(reason: HearthError) {
    renewal.stop();
    const was = state.get().session.status;
    show({ status: 'signedOut' });
    if (was === 'signedIn') connection.refuse(reason);
  }

  return { start, signedIn, signOut, ended };
}
