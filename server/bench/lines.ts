/** The lines of a stream, as they come. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** Writes a line to whoever started this process. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Hands each line of the standard input over. When it ends, whoever started this process is gone: so is this process. */
export async function obey(take: (line: string) => void): Promise<never> {
  for await (const line of linesOf(Bun.stdin.stream())) take(line);
  process.exit(0);
}

/** Frees what can be freed, so that the memory that is left is what is in use. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 6; i++) {
    Bun.gc(true);
    await new Promise<void>((resolve) => setTimeout(resolve, 100));
  }
}
