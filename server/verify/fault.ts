/** Hearth did something wrong. The message says what, with the figures that show it. */
export class Fault extends Error {
  override readonly name = 'Fault';
}

/** Throws a Fault unless it holds. */
export function expect(holds: boolean, wrong: string | (() => string)): asserts holds {
  if (!holds) throw new Fault(typeof wrong === 'string' ? wrong : wrong());
}

/** Waits until it holds; a Fault when that takes longer than `ms`. */
export async function until<T>(
  condition: () => T | Promise<T>,
  what: string | (() => string),
  ms = 10_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + ms;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline)
      throw new Fault(`after ${Math.round(ms / 1000)} s still not: ${typeof what === 'string' ? what : what()}`);
    await Bun.sleep(10);
  }
}

/** A promise whose failure is looked at later: until then it is no unhandled one. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** The first few of what was wrong, as one sentence. */
export const few = (faults: readonly string[], most = 3): string =>
  `${faults.slice(0, most).join('; ')}${faults.length > most ? `; and ${faults.length - most} more` : ''}`;
