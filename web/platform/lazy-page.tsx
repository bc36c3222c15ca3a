import { type Component, type JSX, lazy } from 'solid-js';
import { quietly } from './stale-chunks.ts';

/**
 * A page whose code comes with its first use. Unlike Solid's `lazy` it asks again after a failure, so that the retry of
 * an error boundary can succeed. `preload` is called by the router when a link to it is about to be followed.
 */
export function lazyPage<P extends Record<string, unknown>>(load: () => Promise<{ default: Component<P> }>) {
  let loaded: Component<P> | undefined;
  const fetchPage = async () => {
    const page = await load();
    loaded = page.default;
    return page;
  };
  const Page = (props: P): JSX.Element => {
    const Current = loaded ?? lazy(fetchPage);
    return <Current {...props} />;
  };
  return Object.assign(Page, { preload: () => quietly(fetchPage) });
}
