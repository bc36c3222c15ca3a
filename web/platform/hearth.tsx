import type { ConnectionState, Hearth, Observable, State } from '@shared/client/types.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import type { Me } from '@shared/people/schema.ts';
import {
  type Accessor,
  createContext,
  createMemo,
  createSignal,
  onCleanup,
  type ParentProps,
  useContext,
} from 'solid-js';

interface Platform {
  hearth: Hearth;
  state: Accessor<State>;
  startError: Accessor<HearthError | undefined>;
  starting: Accessor<boolean>;
  leaving: Accessor<boolean>;
  signOut: Hearth['signOut'];
  start: () => Promise<void>;
}

const PlatformContext = createContext<Platform>();

/** Mirrors an observable of the SDK as a signal, for as long as the owner lives. */
export function fromObservable<T>(observable: Observable<T>): Accessor<T> {
  const [value, setValue] = createSignal<T>(observable.get(), { equals: false });
  onCleanup(observable.subscribe((next) => setValue(() => next)));
  return value;
}

/** Gives the SDK to everything below and asks the server once who is signed in. */
export function HearthProvider(props: ParentProps<{ hearth: Hearth }>) {
  // The client lives as long as the page: it is read once.
  const hearth = props.hearth;
  const [startError, setStartError] = createSignal<HearthError>();
  const [starting, setStarting] = createSignal(false);
  const start = async () => {
    setStarting(true);
    const result = await hearth.start();
    setStarting(false);
    setStartError(result.ok ? undefined : result.error);
  };
  void start();
  const [leaving, setLeaving] = createSignal(false);
  const signOut: Hearth['signOut'] = async () => {
    setLeaving(true);
    const result = await hearth.signOut();
    setLeaving(false);
    return result;
  };
  const state = fromObservable(hearth.state);
  const platform: Platform = { hearth, state, startError, starting, leaving, signOut, start };
  return <PlatformContext.Provider value={platform}>{props.children}</PlatformContext.Provider>;
}

function usePlatform(): Platform {
  const platform = useContext(PlatformContext);
  if (!platform) throw new Error('HearthProvider is missing above this component');
  return platform;
}

/** The SDK: `api`, `sse`, `ws`, `events`, `outbox`. Reactive state comes from `useSession` and `useConnection`. */
export const useHearth = (): Hearth => usePlatform().hearth;

/** The whole observable state, `welcome` included. */
export const useHearthState = (): Accessor<State> => usePlatform().state;

export const useSession = (): Accessor<State['session']> => {
  const { state } = usePlatform();
  return createMemo(() => state().session);
};

/** The signed-in person. Only below the session guard, where there always is one. */
export const useMe = (): Accessor<Me> => {
  const session = useSession();
  return createMemo<Me>((previous?: Me) => {
    const now = session();
    if (now.status === 'signedIn') return now.user;
    // While the guard takes the page down after the session's end, the last person is still shown.
    if (previous) return previous;
    throw new Error('useMe was used where nobody is signed in');
  });
};

export const useConnection = (): Accessor<ConnectionState> => {
  const { state } = usePlatform();
  return createMemo(() => state().connection);
};

/** Why the server could not be asked who is signed in, and a way to ask again. */
export const useStart = () => {
  const { startError, starting, start } = usePlatform();
  return { error: startError, busy: starting, retry: () => void start() };
};

/** Signs out by the person's own wish; `leaving` tells that from a session that was ended elsewhere. */
export const useSignOut = () => {
  const { leaving, signOut } = usePlatform();
  return { leaving, signOut };
};
