import { type Content, type ContentKind, isSameSite } from '@shared/kernel/content.ts';
import { z } from 'zod';
import { realBelow } from './runtime/within-folder.ts';

const MediaType = z
  .string()
  .regex(/^[\w.+-]+\/[\w.+-]+(?:; ?[\w.+-]+=[\w.+"-]+)*$/)
  .max(200);
const Name = z.string().min(1).max(255);

const shapes = {
  html: z.object({ kind: z.literal('html'), body: z.string() }),
  redirect: z.object({
    kind: z.literal('redirect'),
    to: z.string().max(8000).refine(isSameSite),
  }),
  file: z.object({ kind: z.literal('file'), path: z.string(), type: MediaType.optional(), name: Name.optional() }),
  binary: z.object({
    kind: z.literal('binary'),
    type: MediaType,
    name: Name.optional(),
    body: z.union([z.instanceof(Uint8Array), z.instanceof(ReadableStream)]),
  }),
} as const;

/** A result that a module may not give: the message is for its log. */
export class RefusedContent extends Error {
  override readonly name = 'RefusedContent';
}

/**
 * Takes what a module answered in place of JSON. Files lie below its own folder, links followed; redirects stay on this
 * site. Rejects with RefusedContent.
 */
export async function acceptContent(kind: ContentKind, told: unknown, folder: string): Promise<Content> {
  const parsed = shapes[kind].safeParse(told);
  if (!parsed.success) throw new RefusedContent(`it did not answer with what ${kind}(…) makes`);
  const content = parsed.data as Content;
  if (content.kind !== 'file') return content;
  const path = await realBelow(folder, content.path);
  if (path === undefined)
    throw new RefusedContent('a file below the module’s folder (ctx.folder) has to be there to answer with it');
  return { ...content, path };
}
