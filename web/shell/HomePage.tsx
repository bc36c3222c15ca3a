import { Navigate } from '@solidjs/router';
import { lastRoom } from '../platform/last-room.ts';
import { useMe } from '../platform/hearth.tsx';

/** Leads to the room looked at last; without one the rooms page knows what to show. */
export function HomePage() {
  const me = useMe();
  const room = lastRoom.get(me().id);
  return <Navigate href={room ? `/rooms/${room}` : '/rooms'} />;
}
