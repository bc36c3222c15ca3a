import { z } from 'zod';

const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/** Text of 1 to `max` code points after trimming, without lone surrogates or NUL. */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max * 2)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'not well-formed text')
    .refine((value) => value.length <= max || codePoints(value) <= max, `longer than ${max} characters`);

/** A name on one line: no control or bidirectional override characters that could disguise it. */
export const name = (max: number) =>
  text(max).refine((value) => !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(value), 'has characters no name may have');
