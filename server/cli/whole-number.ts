import { InvalidArgumentError } from 'commander';

/** Reads an option or argument that is a whole number and no less than another. */
export const atLeast =
  (least: number) =>
  (text: string): number => {
    if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
    if (Number(text) < least) throw new InvalidArgumentError(`It must be at least ${least}.`);
    return Number(text);
  };
