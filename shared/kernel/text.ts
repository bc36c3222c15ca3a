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

/** Control characters, line separators, and what turns the direction of the text that follows. */
const disguising = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
/** Anything but spaces, invisible characters, marks that need a letter, and letters that are blank. */
const visible = /[^\p{C}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]/u;

/** A name on one line that can be seen: no characters that could disguise it. */
export const name = (max: number) =>
  text(max)
    .refine((value) => !disguising.test(value), 'has characters no name may have')
    .refine((value) => value === '' || visible.test(value), 'cannot be seen');
