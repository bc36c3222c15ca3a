import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Where a command reads from and writes to. */
export interface Terminal {
  /** Whether standard output is one. */
  readonly isTerminal: boolean;
  /** Whether somebody sits there who can be asked. */
  readonly canAsk: boolean;
  /** Results, on standard output. */
  write(text: string): void;
  /** Errors and questions, on standard error. */
  error(text: string): void;
  /** Asks without showing the answer; undefined when it was broken off. */
  askSecret(question: string): Promise<string | undefined>;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** Resolves when everything is written. */
  flushed(): Promise<void>;
}

const silent = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

const askSecret = (question: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    // Readline edits the line and, writing it to nowhere, shows nothing of it. Only then is it safe to ask.
    const reader = createInterface({ input: process.stdin, output: silent(), terminal: true });
    process.stderr.write(question);
    let answer: string | undefined;
    reader.once('SIGINT', () => reader.close());
    reader.once('line', (line) => {
      answer = line;
      reader.close();
    });
    reader.once('close', () => {
      process.stderr.write('\n');
      resolve(answer);
    });
  });

const drained = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });

/** The terminal, or the pipes, of this process. */
export function processTerminal(): Terminal {
  // `hearth user list | head` closes its end early: nothing that we could do about it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return {
    isTerminal: process.stdout.isTTY === true,
    canAsk: process.stdin.isTTY === true && process.stderr.isTTY === true,
    write: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    askSecret,
    readInput: () => Bun.stdin.text(),
    async flushed() {
      await Promise.all([drained(process.stdout), drained(process.stderr)]);
    },
  };
}
