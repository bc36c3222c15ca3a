import type { RoomId, UserId } from '@shared/kernel/ids.ts';
import {
  createContext,
  createSignal,
  lazy,
  Match,
  type ParentProps,
  Show,
  Suspense,
  Switch,
  useContext,
} from 'solid-js';
import { PaneBoundary } from '../../ui/PaneBoundary.tsx';

const CreateRoomDialog = lazy(() => import('./CreateRoomDialog.tsx'));
const BrowseRoomsDialog = lazy(() => import('./BrowseRoomsDialog.tsx'));
const DirectDialog = lazy(() => import('./DirectDialog.tsx'));
const AddMembersDialog = lazy(() => import('./AddMembersDialog.tsx'));
const LeaveDialog = lazy(() => import('./LeaveDialog.tsx'));
const RemoveMemberDialog = lazy(() => import('./RemoveMemberDialog.tsx'));

export type ChatDialog =
  | { kind: 'create' }
  | { kind: 'browse' }
  | { kind: 'direct' }
  | { kind: 'add'; roomId: RoomId }
  | { kind: 'leave'; roomId: RoomId }
  | { kind: 'remove'; roomId: RoomId; userId: UserId };

type In<K extends ChatDialog['kind']> = Extract<ChatDialog, { kind: K }>;

const DialogContext = createContext<{ open: (dialog: ChatDialog) => void }>();

/** The dialogs of the chat; each one's code comes with its first use. */
export function DialogProvider(props: ParentProps) {
  const [dialog, setDialog] = createSignal<ChatDialog>();
  // A dialog gives the focus back in a task of its own; what moves it elsewhere comes after that.
  const close = (after?: () => void) => {
    setDialog(undefined);
    if (after) setTimeout(after);
  };
  const isOpen = <K extends ChatDialog['kind']>(kind: K): In<K> | undefined => {
    const now = dialog();
    return now?.kind === kind ? (now as In<K>) : undefined;
  };
  return (
    <DialogContext.Provider value={{ open: setDialog }}>
      {props.children}
      <Show when={dialog()}>
        <PaneBoundary>
          <Suspense>
            <Switch>
              <Match when={isOpen('create')}>
                <CreateRoomDialog onClose={close} />
              </Match>
              <Match when={isOpen('browse')}>
                <BrowseRoomsDialog onClose={close} />
              </Match>
              <Match when={isOpen('direct')}>
                <DirectDialog onClose={close} />
              </Match>
              <Match when={isOpen('add')}>
                {(open) => <AddMembersDialog roomId={open().roomId} onClose={close} />}
              </Match>
              <Match when={isOpen('leave')}>{(open) => <LeaveDialog roomId={open().roomId} onClose={close} />}</Match>
              <Match when={isOpen('remove')}>
                {(open) => <RemoveMemberDialog roomId={open().roomId} userId={open().userId} onClose={close} />}
              </Match>
            </Switch>
          </Suspense>
        </PaneBoundary>
      </Show>
    </DialogContext.Provider>
  );
}

export function useDialogs() {
  const dialogs = useContext(DialogContext);
  if (!dialogs) throw new Error('DialogProvider is missing above this component');
  return dialogs;
}
