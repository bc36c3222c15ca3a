import { BackupError } from './backup-error.ts';

/**
 * The part of the POSIX tar format (ustar) that a backup needs: plain files, streamed either way. Links, folders,
 * devices and extensions do not exist here, so that a foreign archive has no way to use them.
 */
export interface TarFile {
  /** Relative, with `/`: at most 255 bytes. */
  name: string;
  /** Bytes; `content` yields exactly that many. */
  size: number;
  content: AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
/** What eleven octal digits hold; a larger size is written in binary, marked by the field's first bit. */
const MAX_OCTAL = 8 ** 11 - 1;
const BINARY = 0x80;

const broken = (what: string): BackupError => new BackupError('invalid', `The backup is damaged: ${what}`);

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** `name` (100 bytes) and `prefix` (155 bytes), parted at a slash. */
const splitName = (name: string): [string, string] => {
  if (Buffer.byteLength(name) <= 100) return [name, ''];
  for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (Buffer.byteLength(rest) <= 100 && Buffer.byteLength(prefix) <= 155) return [rest, prefix];
  }
  throw new BackupError('storage', `The path ${name} is too long for a backup`);
};

/** The sum of all bytes, those of the checksum itself counted as spaces. */
const checksum = (header: Uint8Array): number =>
  header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);

const headerOf = (file: Pick<TarFile, 'name' | 'size'>, mtime: number): Uint8Array => {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number): void => {
    header.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  };
  const [name, prefix] = splitName(file.name);
  header.write(name, 0);
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  if (file.size <= MAX_OCTAL) octal(file.size, 124, 11);
  else {
    header[124] = BINARY;
    header.writeBigUInt64BE(BigInt(file.size), 128);
  }
  octal(Math.floor(mtime / 1000), 136, 11);
  header.write('0', 156, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  header.write(prefix, 345);
  octal(checksum(header), 148, 6);
  header.write('\0 ', 154, 'latin1');
  return header;
};

/** Writes files as an archive. `mtime` in milliseconds. Throws BackupError when a file is not as long as it said. */
export async function* packTar(files: AsyncIterable<TarFile>, mtime: number): AsyncGenerator<Uint8Array> {
  for await (const file of files) {
    yield headerOf(file, mtime);
    let left = file.size;
    for await (const chunk of file.content) {
      left -= chunk.byteLength;
      yield chunk;
    }
    if (left !== 0) throw new BackupError('storage', `${file.name} changed while it was being backed up: try again`);
    yield new Uint8Array(padding(file.size));
  }
  yield new Uint8Array(2 * BLOCK);
}

/** Reads exact numbers of bytes from a stream of chunks of any size. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async *take(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0;) {
      if (this.#chunk.byteLength === 0) {
        const next = await this.#source.next();
        if (next.done) throw broken('it ends too early');
        this.#chunk = next.value;
      }
      const part = this.#chunk.subarray(0, left);
      this.#chunk = this.#chunk.subarray(part.byteLength);
      left -= part.byteLength;
      if (part.byteLength > 0) yield part;
    }
  }

  async block(): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.take(BLOCK)) parts.push(part);
    return Buffer.concat(parts);
  }

  async skip(count: number): Promise<void> {
    for await (const _ of this.take(count));
  }
}

const textOf = (header: Buffer, at: number, length: number): string => {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString('utf8');
};

const octalOf = (header: Buffer, at: number, length: number): number => {
  const digits = textOf(header, at, length).trim();
  if (!/^[0-7]+$/.test(digits)) throw broken('a header is not readable');
  return Number.parseInt(digits, 8);
};

const sizeOf = (header: Buffer): number => {
  if (header[124] !== BINARY) return octalOf(header, 124, 12);
  const size = Number(header.readBigUInt64BE(128));
  if (!Number.isSafeInteger(size)) throw broken('a header is not readable');
  return size;
};

const parseHeader = (header: Buffer): Pick<TarFile, 'name' | 'size'> => {
  if (textOf(header, 257, 5) !== 'ustar') throw broken('it is no archive of Hearth');
  if (octalOf(header, 148, 8) !== checksum(header)) throw broken('a header has the wrong checksum');
  const [name, prefix] = [textOf(header, 0, 100), textOf(header, 345, 155)];
  const path = prefix === '' ? name : `${prefix}/${name}`;
  if (header[156] !== 0x30) throw broken(`${JSON.stringify(path)} is not a plain file`);
  return { name: path, size: sizeOf(header) };
};

/**
 * Reads an archive, file after file; the content of each must be read before the next is asked for. Throws BackupError
 * at the first thing that is not a plain file, and when the archive ends too early. Names are as they stand there:
 * the caller judges them.
 */
export async function* unpackTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const reader = new ByteReader(source);
  for (;;) {
    const header = await reader.block();
    if (header.every((byte) => byte === 0)) return;
    const file = parseHeader(header);
    yield { ...file, content: reader.take(file.size) };
    await reader.skip(padding(file.size));
  }
}
