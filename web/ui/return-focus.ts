import { type Accessor, createComputed } from 'solid-js';

/**
 * Gives the focus back to where it was when the overlay opened, or to the page's main part where that is gone (a menu's
 * item). Overlays here are opened by state, so the library does not know what opened them.
 */
export function createReturnFocus(open: Accessor<boolean>) {
  let opener: Element | null = null;
  createComputed(() => {
    if (open()) opener = document.activeElement;
  });
  return (event: Event): void => {
    event.preventDefault();
    const target = opener instanceof HTMLElement && opener.isConnected && opener !== document.body ? opener : undefined;
    (target ?? document.getElementById('main'))?.focus({ preventScroll: true });
  };
}
