/** Waits for a condition that real sockets bring about; fails with its text when it does not come. */
export async function until(condition: () => unknown, ms = 4000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`did not happen: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
