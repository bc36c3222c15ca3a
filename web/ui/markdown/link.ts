const allowed = new Set(['http:', 'https:', 'mailto:']);

/** Pages of Hearth that a text may lead to: what they show is bounded by who opens them. */
const page = /^\/(?:rooms|modules|dashboard|people|docs)(?:[/#][\w./#~%-]*)?$/;

/**
 * The address of a link that may be followed, normalised: to the web, a mailbox, or (beginning with a slash) a page of
 * Hearth; undefined where it leads anywhere else.
 */
export function safeLink(href: string): string | undefined {
  if (page.test(href) && !href.includes('..')) return href;
  if (!/^[a-z][a-z\d+.-]*:/i.test(href)) return undefined;
  try {
    const url = new URL(href);
    return allowed.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}
