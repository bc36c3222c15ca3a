import * as fc from 'fast-check';

/** Holds a property against this many values. A failure prints its seed and the smallest value that fails. */
export const check = <T>(values: fc.Arbitrary<T>, run: (value: T) => Promise<void>, numRuns: number): Promise<void> =>
  fc.assert(fc.asyncProperty(values, run), { numRuns });
