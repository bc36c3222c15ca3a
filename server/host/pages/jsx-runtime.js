import { getOwner, runWithOwner } from 'solid-js';
import h from 'solid-js/h';

export const Fragment = (props) => props.children;

/**
 * `solid-js/h` makes an element when it is inserted, and again makes nothing when what surrounds it changes: its effects
 * would be gone. So elements are made at once, and components once, by whoever wrote them.
 */
export function jsx(type, props) {
  const make = h(type, props);
  if (typeof type === 'string') return make();
  const owner = getOwner();
  let made = false;
  let nodes;
  return () => {
    if (!made) {
      made = true;
      nodes = runWithOwner(owner, make);
    }
    return nodes;
  };
}

export { jsx as jsxDEV, jsx as jsxs };
