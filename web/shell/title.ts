import { type Accessor, createEffect } from 'solid-js';

/** Names the page in the tab: "People · Hearth". */
export function usePageTitle(title: Accessor<string | undefined>): void {
  createEffect(() => {
    const text = title();
    document.title = text ? `${text} · Hearth` : 'Hearth';
  });
}
