import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const brotli = promisify(brotliCompress);
const compressible = /\.(js|css|html|svg|json|webmanifest|txt|map)$/;

/** Below this a compressed answer costs more than it saves. */
const SMALLEST = 512;

/** Writes `<file>.br` and `<file>.gz` beside a file that gains by it. */
export async function compress(path: string): Promise<void> {
  if (!compressible.test(path)) return;
  const content = await Bun.file(path).bytes();
  if (content.length < SMALLEST) return;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  const variants = { br: await brotli(content, { params }), gz: await promisify(gzip)(content, { level: 9 }) };
  for (const [extension, variant] of Object.entries(variants)) {
    if (variant.length < content.length) await Bun.write(`${path}.${extension}`, variant);
  }
}
