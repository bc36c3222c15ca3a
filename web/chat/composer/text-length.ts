/** As the server counts it: whole code points, without the space around them. */
export function textLength(text: string): number {
  let count = 0;
  for (const _ of text.trim()) count++;
  return count;
}

/** The longest message, in code points. */
export const MAX_TEXT = 10_000;
