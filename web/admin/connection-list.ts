import type { Hearth } from '@shared/client/types.ts';
import type { ConnectionOrder } from '@shared/hub/admin-functions.ts';
import type { ConnectionFigures } from '@shared/hub/stats.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import { type Accessor, batch, createEffect, createSignal, on, onCleanup } from 'solid-js';
import { arrange } from './apply-event.ts';

export interface Sorting {
  by: ConnectionOrder;
  descending: boolean;
}

/** Rows that are shown at once; whoever looks for somebody else searches. */
const most = 200;
/** Milliseconds without another letter until the search is asked for. */
const pause = 150;
/** What begins with its smallest value when first sorted by it. */
const ascending: readonly ConnectionOrder[] = ['name', 'address'];

/** The open connections: asked for with each reading of the statistics, and as soon as the question changes. */
export function createConnectionList(hearth: Hearth, tick: Accessor<unknown>) {
  const [rows, setRows] = createSignal<readonly ConnectionFigures[]>();
  const [total, setTotal] = createSignal(0);
  const [error, setError] = createSignal<HearthError>();
  const [text, setText] = createSignal('');
  const [sorting, setSorting] = createSignal<Sorting>({ by: 'connectedAt', descending: true });
  const [held, hold] = createSignal(false);
  const end = new AbortController();
  let question = 0;

  const ask = async (keepOrder: boolean) => {
    const mine = ++question;
    const { by, descending } = sorting();
    const sought = text().trim();
    const input = { sort: by, descending, limit: most, ...(sought && { text: sought }) };
    const result = await hearth.api.hub.connections(input, { signal: end.signal });
    if (mine !== question || end.signal.aborted) return;
    batch(() => {
      setError(result.ok ? undefined : result.error);
      if (!result.ok) return;
      setTotal(result.data.total);
      setRows((shown) => arrange(shown ?? [], result.data.items, keepOrder && held()));
    });
  };

  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(on(tick, () => !document.hidden && void ask(true)));
  createEffect(on(sorting, () => void ask(false), { defer: true }));
  createEffect(
    on(
      text,
      () => {
        clearTimeout(timer);
        timer = setTimeout(() => void ask(false), pause);
      },
      { defer: true },
    ),
  );
  onCleanup(() => {
    clearTimeout(timer);
    end.abort();
  });

  return {
    rows,
    total,
    error,
    text,
    setText,
    sorting,
    /** By another column in its natural direction, by the same one the other way round. */
    sortBy: (by: ConnectionOrder) =>
      setSorting((before) => ({
        by,
        descending: before.by === by ? !before.descending : !ascending.includes(by),
      })),
    setSorting,
    /** Rows keep their places while somebody points at them. */
    hold,
    reload: () => void ask(true),
    /** Takes one out without waiting for the next reading. */
    remove: (id: string) => setRows((shown) => shown?.filter((row) => row.id !== id)),
  };
}
export type ConnectionList = ReturnType<typeof createConnectionList>;
