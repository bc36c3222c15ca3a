import type { hub as contract } from '@shared/hub/contract.ts';
import type { ConnectionOrder } from '@shared/hub/admin-functions.ts';
import type { OutputOf, ParsedInputOf } from '@shared/kernel/contract.ts';
import type { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import { buffered, channelCount, figuresOf, queued } from './figures.ts';

type List = (typeof contract)['definitions']['connections'];

const values: Record<ConnectionOrder, (connection: Connection) => number | string> = {
  name: ({ identity }) => identity.name.toLowerCase(),
  connectedAt: ({ connectedAt }) => connectedAt,
  lastActivity: ({ lastActivity }) => lastActivity,
  address: ({ request }) => request.ip,
  channels: channelCount,
  messageCount: ({ messageCount }) => messageCount,
  bytesIn: ({ bytesIn }) => bytesIn,
  queued,
  buffered,
};

const fits = ({ id, userId, sessionId, identity, request }: Connection, text: string): boolean =>
  [identity.name, request.ip, request.userAgent, id, userId, sessionId].some((part) =>
    part.toLowerCase().includes(text),
  );

/** The connections that fit, sorted; equal ones by id, so that a list that is asked for again keeps its order. */
export function listConnections(
  connections: Connections,
  { text = '', userId, sort, descending, limit }: ParsedInputOf<List>,
): OutputOf<List> {
  const sought = text.trim().toLowerCase();
  const found: { connection: Connection; value: number | string }[] = [];
  for (const connection of userId === undefined ? connections.all() : connections.ofUser(userId))
    if (sought === '' || fits(connection, sought)) found.push({ connection, value: values[sort](connection) });
  const sign = descending ? -1 : 1;
  found.sort((a, b) =>
    a.value === b.value ? (a.connection.id < b.connection.id ? -1 : 1) : a.value < b.value ? -sign : sign,
  );
  return { total: found.length, items: found.slice(0, limit).map(({ connection }) => figuresOf(connection)) };
}
