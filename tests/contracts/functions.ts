import { contractList } from '@shared/contracts.ts';
import type { FnDef, StreamDef } from '@shared/kernel/contract.ts';
import { commonErrors } from '@shared/kernel/errors.ts';

export interface Named<D> {
  module: string;
  name: string;
  definition: D;
}

const ofKind = <D>(kind: string): Named<D>[] =>
  contractList.flatMap((contract) =>
    Object.entries(contract.definitions)
      .filter(([, definition]) => definition.kind === kind)
      .map(([name, definition]) => ({ module: contract.name, name, definition: definition as D })),
  );

export const functions = ofKind<FnDef>('fn');
export const streams = ofKind<StreamDef>('stream');

/** `[title, function]` rows for test.each. */
export const rows = <D>(list: readonly Named<D>[]): [string, Named<D>][] =>
  list.map((named) => [`${named.module}.${named.name}`, named]);

/** The codes that this function may answer with. */
export const codesOf = (definition: FnDef): Set<string> =>
  new Set([...commonErrors, ...definition.errors].map(({ code }) => code));

/** These use up what others live on: modules, rooms and invitations first, sessions and connections last. */
const takesAway = [
  'disable',
  'acceptInvite',
  'revokeInvite',
  'removeMember',
  'leaveRoom',
  'unsubscribe',
  'endSession',
  'signOut',
  'setPassword',
  'disconnect',
];
/** From here on sockets close. */
const firstToClose = takesAway.indexOf('endSession');

const byWhatTheyTake = functions.toSorted((a, b) => takesAway.indexOf(a.name) - takesAway.indexOf(b.name));

/** Functions that leave every session and connection open, and those that may end one. */
export const harmless = byWhatTheyTake.filter(({ name }) => takesAway.indexOf(name) < firstToClose);
export const closing = byWhatTheyTake.filter(({ name }) => takesAway.indexOf(name) >= firstToClose);
