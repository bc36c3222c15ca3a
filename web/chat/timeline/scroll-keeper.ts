import { type Accessor, createComputed, createEffect, on, onCleanup } from 'solid-js';

/** So near to the end (px), it is the end. */
const NEAR = 40;

export interface ScrollKeeperOptions {
  /** Changes whenever rows do. */
  rows: Accessor<unknown>;
  /** Whether the last row is the newest there is: then the end is held as rows are added. */
  reachesEnd: Accessor<boolean>;
  /** A row that must not be scrolled out of the top while the end is held: what nobody has seen yet. */
  hold: () => Element | undefined;
  /** Called after each scroll and each change of the layout. */
  onMove: () => void;
}

/**
 * Keeps what is being read where it is. Rows that come or go above, a window that is resized, a composer that grows:
 * the first visible row stays at its place, or the end stays the end.
 */
export function createScrollKeeper(options: ScrollKeeperOptions) {
  let scroller: HTMLElement | undefined;
  let list: HTMLElement | undefined;
  let anchor: { row: Element; top: number } | undefined;
  let sticking = false;
  let endShown = false;

  const topOf = (element: Element): number =>
    element.getBoundingClientRect().top - (scroller?.getBoundingClientRect().top ?? 0);
  const below = (): number => (scroller ? scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight : 0);

  /** The index of the first row that ends below a height. Rows are in order: half of them are left out at each look. */
  function firstBelow(height: number): number {
    const rows = list?.children ?? [];
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const row = rows[middle];
      if (row && topOf(row) + row.clientHeight > height) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  function remember(): void {
    if (!scroller || !list) return;
    sticking = endShown && below() < NEAR;
    const row = list.children[firstBelow(0)];
    anchor = row && { row, top: topOf(row) };
  }

  function restore(): void {
    if (!scroller) return;
    if (sticking) {
      const held = options.hold();
      const end = scroller.scrollHeight - scroller.clientHeight;
      scroller.scrollTop = held ? Math.min(end, scroller.scrollTop + topOf(held) - NEAR) : end;
    } else if (anchor?.row.isConnected) {
      scroller.scrollTop += topOf(anchor.row) - anchor.top;
    }
    endShown = options.reachesEnd();
    options.onMove();
  }

  // Memos and computations run before the page changes, effects after it.
  createComputed(on(options.rows, remember));
  createEffect(on(options.rows, restore));
  const observer = new ResizeObserver(restore);
  onCleanup(() => observer.disconnect());

  return {
    attach(newScroller: HTMLElement, newList: HTMLElement): void {
      scroller = newScroller;
      list = newList;
      observer.observe(newScroller);
      observer.observe(newList);
      newScroller.addEventListener(
        'scroll',
        () => {
          remember();
          options.onMove();
        },
        { passive: true },
      );
    },
    /** Goes to the end and holds it. */
    toEnd(): void {
      sticking = true;
      restore();
    },
    /** Puts a row a quarter of the height below the top; near the end, the end is enough. */
    toRow(row: Element): void {
      if (!scroller) return;
      sticking = false;
      scroller.scrollTop += topOf(row) - scroller.clientHeight / 4;
      endShown = options.reachesEnd();
      remember();
      options.onMove();
    },
    /** Whether the end was shown before the last change, and is again after it. */
    holdsEnd: (): boolean => sticking,
    atEnd: (): boolean => options.reachesEnd() && below() < NEAR,
    above: (): number => scroller?.scrollTop ?? 0,
    below,
    height: (): number => scroller?.clientHeight ?? 0,
    /** The last row of which a good part is on the screen. */
    lastVisible(): Element | undefined {
      const rows = list?.children ?? [];
      const height = scroller?.clientHeight ?? 0;
      const index = firstBelow(height);
      const row = rows[index];
      return row && topOf(row) + Math.min(row.clientHeight, NEAR) <= height ? row : rows[index - 1];
    },
  };
}
export type ScrollKeeper = ReturnType<typeof createScrollKeeper>;
