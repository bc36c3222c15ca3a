import { chat as contract } from '@shared/chat/contract.ts';
import { implement, type ServerModule } from '../modules/module.ts';
import type { ChatDeps } from './deps.ts';
import { openDirect } from './direct.ts';
import { roomChannel } from './events.ts';
import { history } from './history.ts';
import { addMember, joinRoom, leaveRoom, members, removeMember } from './members.ts';
import { postMessage } from './messages.ts';
import { announce } from './presence.ts';
import { welcomePackage } from './preview.ts';
import { markRead } from './reading.ts';
import { browseRooms, createRoom, listRooms } from './rooms.ts';
import { followTexts, search } from './search/search.ts';
import { findJoined, findOpen, findPublic, listRoomIds } from './store.ts';
import { createTyping } from './typing.ts';

export function chatModule(d: ChatDeps): ServerModule<typeof contract> {
  const tell = (userId: string, event: 'user_join' | 'user_leave'): void => {
    announce(d, userId, event).catch(d.failed);
  };
  return implement(
    contract,
    {
      listRooms: (ctx) => listRooms(d, ctx),
      browseRooms: (ctx) => browseRooms(d, ctx),
      createRoom: (ctx, input) => createRoom(d, ctx, input),
      joinRoom: (ctx, input) => joinRoom(d, ctx, input),
      leaveRoom: (ctx, input) => leaveRoom(d, ctx, input),
      openDirect: (ctx, input) => openDirect(d, ctx, input),
      members: (ctx, input) => members(d, ctx, input),
      addMember: (ctx, input) => addMember(d, ctx, input),
      removeMember: (ctx, input) => removeMember(d, ctx, input),
      postMessage: (ctx, input) => postMessage(d, ctx, input),
      history: (ctx, input) => history(d, ctx, input),
      search: (ctx, input) => search(d, ctx, input),
      markRead: (ctx, input) => markRead(d, ctx, input),
      setTyping: createTyping(d),
    },
    {
      channels: [
        {
          prefix: 'room',
          kind: 'journalled',
          maySubscribe: async ({ userId }, channel) =>
            (await d.db.read.get(findJoined, { roomId: channel.slice('room:'.length), userId })) !== undefined,
          openToModules: async (channel) =>
            (await d.db.read.get(findPublic, { roomId: channel.slice('room:'.length) })) !== undefined,
          accepts: async (channel) =>
            (await d.db.read.get(findOpen, { roomId: channel.slice('room:'.length) })) !== undefined,
        },
      ],
      async subscriptions({ userId }) {
        const rooms = await d.db.read.all(listRoomIds, { userId, members: Number.MAX_SAFE_INTEGER });
        return rooms.map(({ id }) => roomChannel(id));
      },
      welcome: ({ userId }) => welcomePackage(d, userId),
      async start() {
        await d.derived.start();
        await followTexts(d);
      },
      onOnline: (userId) => tell(userId, 'user_join'),
      onOffline: (userId) => tell(userId, 'user_leave'),
    },
  );
}
