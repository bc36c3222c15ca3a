/** Asks until the answer is truthy and returns it; fails after `ms` with what `what` says. */
export async function until<T>(
  condition: () => T | Promise<T>,
  what: string | (() => string) = () => condition.toString(),
  ms = 10_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + ms;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline)
      throw new Error(`Did not happen within ${ms} ms: ${typeof what === 'string' ? what : what()}`);
    await new Promise<void>((resolve) => setTimeout(resolve, 3));
  }
}
