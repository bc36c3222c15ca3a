import type { FileSink } from 'bun';

/**
 * Tells a process on its standard input what it is to do. By a pipe, which is closed then: bytes that are given to `spawn`
 * keep a descriptor until the garbage is collected. What ends before it has read its order tells so by its exit.
 */
export async function giveOrder(stdin: FileSink, order: object): Promise<void> {
  try {
    await stdin.write(JSON.stringify(order));
    await stdin.end();
  } catch {
    // Nobody reads it.
  }
}
