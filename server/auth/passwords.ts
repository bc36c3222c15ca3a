/** Cost of argon2id. */
export interface PasswordCost {
  /** KiB of memory for each hash. */
  memoryCost: number;
  /** Passes over it. */
  timeCost: number;
}

/** About 100 ms on a small machine. */
export const defaultCost: PasswordCost = { memoryCost: 65_536, timeCost: 2 };

export interface PasswordsOptions {
  cost: PasswordCost;
  /** Hashes computed at once: each holds its memory, and the machine has other work. */
  atOnce: number;
}

/** Whether a password fits a stored hash. Without a hash it takes as long and says no. */
export type Compare = (password: string, hash: string | undefined) => Promise<boolean>;

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Waits for a turn and runs `work` in it: what `work` asks before comparing holds while it compares. */
  inTurn<T>(work: (compare: Compare) => Promise<T>): Promise<T>;
}

/** One text per password, whichever keyboard composed its accents. */
const normal = (password: string): string => password.normalize('NFKC');

/** Runs pieces of work, so many at once, in the order they came. */
function createTurns(atOnce: number) {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

export function createPasswords({ cost, atOnce }: PasswordsOptions): Passwords {
  const turn = createTurns(atOnce);
  const hash = (password: string): Promise<string> => Bun.password.hash(password, { algorithm: 'argon2id', ...cost });
  let nobody: Promise<string> | undefined;
  const compare: Compare = async (password, stored) => {
    // Made at the first comparison, whomever it is for, so that its cost tells nothing either.
    const fallback = await (nobody ??= hash('nobody'));
    const fits = await Bun.password.verify(normal(password), stored ?? fallback);
    return fits && stored !== undefined;
  };
  return {
    hash: (password) => turn(() => hash(normal(password))),
    inTurn: (work) => turn(() => work(compare)),
  };
}
