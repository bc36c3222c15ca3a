const allowed = new Set(['http:', 'https:', 'mailto:']);

/** The address of a link that may be followed, normalised; undefined where it leads anywhere but the web or a mailbox. */
export function safeLink(href: string): string | undefined {
  // An address without a scheme would lead into Hearth itself.
  if (!/^[a-z][a-z\d+.-]*:/i.test(href)) return undefined;
  try {
    const url = new URL(href);
    return allowed.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}
