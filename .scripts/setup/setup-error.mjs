/** Something that the person at the keyboard can mend: shown as one line, exit code 2. */
export class SetupError extends Error {
  name = 'SetupError';
}
