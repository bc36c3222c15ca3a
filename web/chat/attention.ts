import { type Accessor, createSignal, onCleanup } from 'solid-js';

const attentive = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

/** Whether somebody looks at this page: only then what is on the screen counts as read. */
export function createAttention(): Accessor<boolean> {
  const [value, setValue] = createSignal(attentive());
  const update = () => setValue(attentive());
  const events = ['focus', 'blur', 'pageshow'] as const;
  for (const event of events) addEventListener(event, update);
  document.addEventListener('visibilitychange', update);
  onCleanup(() => {
    for (const event of events) removeEventListener(event, update);
    document.removeEventListener('visibilitychange', update);
  });
  return value;
}
