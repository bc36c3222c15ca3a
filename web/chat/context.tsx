import type { Actor } from '@shared/kernel/actor.ts';
import type { RoomId, UserId } from '@shared/kernel/ids.ts';
import { type Accessor, createContext, createMemo, type ParentProps, useContext } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { useModules } from '../modules/use-modules.ts';
import { useHearth, useMe } from '../platform/hearth.tsx';
import { sessionStore } from '../platform/session-store.ts';
import { roomName } from './room-list-order.ts';
import type { ChatState, RoomState } from './state.ts';
import { type ChatStore, createChatStore } from './store.ts';

/** What the views share: the store, the parts of its state that change apart, and what things are called. */
export interface Chat {
  store: ChatStore;
  me: UserId;
  rooms: Accessor<ChatState['rooms']>;
  people: Accessor<ChatState['people']>;
  personName: (id: UserId) => string;
  authorName: (author: Actor) => string;
  moduleTitle: (id: string) => string;
  roomName: (room: RoomState) => string;
}

const storeOf = sessionStore((hearth, me) => createChatStore({ hearth, me }));

const ChatContext = createContext<Chat>();

export function ChatProvider(props: ParentProps) {
  const { t } = useI18n();
  const user = useMe();
  const me = user().id;
  const store = storeOf(useHearth(), me);
  const modules = useModules();
  const rooms = createMemo(() => store.state().rooms);
  const people = createMemo(() => store.state().people);
  const personName = (id: UserId) => people()[id]?.name ?? (id === me ? user().name : t('chat.somebody'));
  // One that is gone, or not for this person, is called by its id.
  const moduleTitle = (id: string) => modules.find(id)?.title ?? id;
  const chat: Chat = {
    store,
    me,
    rooms,
    people,
    personName,
    authorName(author) {
      if (author.kind === 'user') return personName(author.id as UserId);
      if (author.kind === 'module') return moduleTitle(author.id);
      return author.kind === 'system' ? t('app.name') : author.id;
    },
    moduleTitle,
    roomName: (room) => roomName({ me, people: people() }, room, t('chat.somebody')),
  };
  return <ChatContext.Provider value={chat}>{props.children}</ChatContext.Provider>;
}

export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('ChatProvider is missing above this component');
  return chat;
}

export const roomPath = (roomId: RoomId): string => `/rooms/${roomId}`;
