import type { Hearth } from '@shared/client/types.ts';
import type { UserId } from '@shared/kernel/ids.ts';

/**
 * What a signed-in person's pages share. It outlives each of them: who comes back from another page finds everything as
 * it is now. It ends with the session.
 */
export function sessionStore<S extends { dispose(): void }>(create: (hearth: Hearth, me: UserId) => S) {
  const stores = new WeakMap<Hearth, { me: UserId; store: S }>();
  return (hearth: Hearth, me: UserId): S => {
    const known = stores.get(hearth);
    if (known?.me === me) return known.store;
    known?.store.dispose();
    const store = create(hearth, me);
    stores.set(hearth, { me, store });
    const stop = hearth.state.subscribe(({ session }) => {
      if (session.status === 'signedIn' && session.user.id === me) return;
      stop();
      store.dispose();
      if (stores.get(hearth)?.store === store) stores.delete(hearth);
    });
    return store;
  };
}
