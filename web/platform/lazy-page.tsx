import { type Component, type JSX, lazy } from 'solid-js';
import { quietly, reloadForMissingChunk } from './stale-chunks.ts';

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
  // A quiet preload of the same page may have failed in the same moment: its silence must not hide this one.
  const fetchNow = async () => {
    try {
      return await fetchPage();
    } catch (error) {
      void reloadForMissingChunk();
      throw error;
    }
  };
  const Page = (props: P): JSX.Element => {
    const Current = loaded ?? lazy(fetchNow);
    return <Current {...props} />;
  };
  return Object.assign(Page, { preload: () => quietly(fetchPage) });
}
