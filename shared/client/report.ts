/** Shows a listener's bug to the platform, as an event target does, and lets the other listeners run. */
export function report(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  else
    queueMicrotask(() => {
      throw error;
    });
}
