/** Calls back when the network returns or the page is looked at again; undone by the answer. Browsers only. */
export function onWake(callback: () => void): () => void {
  const page = typeof document === 'undefined' ? undefined : document;
  const onVisible = () => page?.visibilityState === 'visible' && callback();
  globalThis.addEventListener?.('online', callback);
  page?.addEventListener('visibilitychange', onVisible);
  return () => {
    globalThis.removeEventListener?.('online', callback);
    page?.removeEventListener('visibilitychange', onVisible);
  };
}
