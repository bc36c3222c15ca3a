/** Runs tasks a few at a time, in their order. */
export interface Lane {
  run(task: () => Promise<void>): void;
  /** Forgets the tasks that wait; those under way count no longer. */
  clear(): void;
}

export function createLane(width: number): Lane {
  let waiting: (() => Promise<void>)[] = [];
  let running = 0;
  let generation = 0;

  async function next() {
    const task = running < width ? waiting.shift() : undefined;
    if (!task) return;
    const mine = generation;
    running++;
    await task();
    if (mine !== generation) return;
    running--;
    void next();
  }

  return {
    run(task) {
      waiting.push(task);
      void next();
    },
    clear() {
      generation++;
      running = 0;
      waiting = [];
    },
  };
}
