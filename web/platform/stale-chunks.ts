import { baseUrl } from './base.ts';

const FLAG = 'hearth:reloaded-for';
let quiet = 0;
let asking = false;

/** Loads code that nobody waits for yet: a failure shows when it is needed, and reloads nothing under somebody's hands. */
export async function quietly(load: () => Promise<unknown>): Promise<void> {
  quiet++;
  try {
    await load();
  } catch {
    // Asked for again when the page is opened.
  } finally {
    quiet--;
  }
}

/**
 * After an upgrade a tab of the older build may ask for a chunk that no longer exists. It reloads, but once per build (a
 * chunk which is truly missing must show its error, not a loop) and only while the server answers (offline, the page in
 * hand is better than the browser's error page).
 */
export async function reloadForMissingChunk(): Promise<void> {
  if (asking) return;
  asking = true;
  try {
    if (sessionStorage.getItem(FLAG) === __BUILD__) return;
    const answer = await fetch(baseUrl, { method: 'HEAD', cache: 'no-store' });
    if (!answer.ok) return;
    sessionStorage.setItem(FLAG, __BUILD__);
    location.reload();
  } catch {
    // Unreachable, or no storage to remember the reload in: the pane shows the error and offers to try again.
  } finally {
    asking = false;
  }
}

/** Watches every dynamic import of the page. */
export function watchForMissingChunks(): void {
  addEventListener('vite:preloadError', () => {
    if (quiet === 0) void reloadForMissingChunk();
  });
}
