import './toasts.css';
import X from 'lucide-solid/icons/x';
import { createContext, createSignal, For, onCleanup, type ParentProps, Show, useContext } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { IconButton } from './IconButton.tsx';

export interface Toast {
  text: string;
  tone?: 'info' | 'ok' | 'danger';
  action?: { label: string; run: () => void };
  /** Until it is closed. */
  stays?: true;
}

type Shown = Toast & { id: number };

const ToastContext = createContext<{ show: (toast: Toast) => void }>();

/** Long enough to be read: two seconds and the time for its words. */
const durationOf = (toast: Toast) => 3000 + toast.text.length * 60;

function ToastView(props: { toast: Shown; onDone: () => void }) {
  const { t } = useI18n();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hold = () => clearTimeout(timer);
  const run = () => {
    hold();
    timer = setTimeout(() => props.onDone(), durationOf(props.toast));
  };
  // What asks for an action stays until it is answered.
  const stays = () => props.toast.stays === true || props.toast.action !== undefined;
  if (!stays()) run();
  onCleanup(hold);
  return (
    <li
      class={`toast toast--${props.toast.tone ?? 'info'}`}
      onMouseEnter={hold}
      onFocusIn={hold}
      onMouseLeave={() => !stays() && run()}
      onFocusOut={() => !stays() && run()}
    >
      <p class="toast-text">{props.toast.text}</p>
      <Show when={props.toast.action}>
        {(action) => (
          <button
            type="button"
            class="toast-action"
            onClick={() => {
              action().run();
              props.onDone();
            }}
          >
            {action().label}
          </button>
        )}
      </Show>
      <IconButton size="sm" label={t('action.close')} onClick={() => props.onDone()}>
        <X aria-hidden="true" />
      </IconButton>
    </li>
  );
}

/** Short messages that come and go; read aloud without moving the focus. */
export function ToastProvider(props: ParentProps) {
  const { t } = useI18n();
  const [toasts, setToasts] = createSignal<readonly Shown[]>([]);
  let count = 0;
  const show = (toast: Toast) => {
    const id = ++count;
    // The same message twice in a row is shown once.
    setToasts((list) => [...list.filter((other) => other.text !== toast.text), { ...toast, id }].slice(-4));
  };
  const drop = (id: number) => setToasts((list) => list.filter((toast) => toast.id !== id));
  return (
    <ToastContext.Provider value={{ show }}>
      {props.children}
      <section class="toasts" aria-label={t('toast.region')} aria-live="polite">
        <ol role="list" class="toast-list">
          <For each={toasts()}>{(toast) => <ToastView toast={toast} onDone={() => drop(toast.id)} />}</For>
        </ol>
      </section>
    </ToastContext.Provider>
  );
}

export function useToasts() {
  const context = useContext(ToastContext);
  if (!context) throw new Error('ToastProvider is missing above this component');
  return context;
}
