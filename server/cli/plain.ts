/** A stranger's words on somebody's terminal: no escape sequences, and one line. */
export const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');

/** The first line of what a stranger says. */
export const firstLine = (text: string | null | undefined): string => plain(text?.split('\n')[0] ?? '');
