import './page-layout.css';
import { type JSX, Show } from 'solid-js';
import { PaneBoundary } from '../ui/PaneBoundary.tsx';

export interface PageLayoutProps {
  children: JSX.Element;
  /** A list beside the main pane: rooms, sections. */
  sidebar?: JSX.Element;
  sidebarLabel?: string;
  /** A third pane at the end: members, details. On narrow windows it covers the main pane. */
  aside?: JSX.Element;
  asideLabel?: string;
  /** Which pane a phone shows where there is a sidebar. With `main` the bottom navigation makes room. */
  show?: 'sidebar' | 'main';
  /** The bottom navigation stays: the page is a place of its own, not opened from its sidebar. */
  keepNavigation?: boolean;
}

/** The panes of a page. Each scrolls and fails for itself. */
export function PageLayout(props: PageLayoutProps) {
  // A prop that is an element is built anew each time it is read: ask for it where it stands, and only there.
  const hasSidebar = 'sidebar' in props;
  return (
    <div
      class="page-layout"
      data-show={hasSidebar ? (props.show ?? 'main') : undefined}
      data-immersive={hasSidebar && !props.keepNavigation && props.show !== 'sidebar' ? '' : undefined}
      data-aside={props.aside ? '' : undefined}
    >
      <Show when={hasSidebar}>
        <section class="page-sidebar" aria-label={props.sidebarLabel}>
          <PaneBoundary>{props.sidebar}</PaneBoundary>
        </section>
      </Show>
      <div class="page-main">
        <PaneBoundary>{props.children}</PaneBoundary>
      </div>
      <Show when={props.aside}>
        <aside class="page-aside" aria-label={props.asideLabel}>
          <PaneBoundary>{props.aside}</PaneBoundary>
        </aside>
      </Show>
    </div>
  );
}
