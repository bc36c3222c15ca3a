import { baseUrl } from './base.ts';

const FLAG = 'hearth:reloaded-for';

/**
 * After an upgrade a tab of the older build may ask for a chunk that no longer exists. It reloads, but once per build (a
 * chunk which is truly missing must show its error, not a loop) and only while the server answers (offline, the page in
 * hand is better than the browser's error page).
 */
export function reloadOnceOnMissingChunk(build: string): void {
  addEventListener('vite:preloadError', () => {
    void (async () => {
      try {
        if (sessionStorage.getItem(FLAG) === build) return;
        const answer = await fetch(baseUrl, { method: 'HEAD', cache: 'no-store' });
        if (!answer.ok) return;
        sessionStorage.setItem(FLAG, build);
        location.reload();
      } catch {
        // Unreachable, or no storage to remember the reload in: the pane shows the error and offers to try again.
      }
    })();
  });
}
