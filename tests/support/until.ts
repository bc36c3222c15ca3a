/** Asks until the answer is truthy and returns it; fails after `ms` with what `describe` says. */
export async function untilTrue<T>(
  ask: () => T | Promise<T>,
  { ms = 15_000, describe = () => ask.toString() }: { ms?: number; describe?: () => string } = {},
): Promise<NonNullable<T>> {
  const end = performance.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`Did not happen within ${ms} ms: ${describe()}`);
    await Bun.sleep(10);
  }
}
