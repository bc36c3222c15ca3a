/** The token of a set-up link, from the query or the fragment. */
export function setupTokenIn(url: URL): string | undefined {
  const fragment = new URLSearchParams(url.hash.replace(/^#/, ''));
  return url.searchParams.get('token') ?? fragment.get('token') ?? undefined;
}

/** Takes the token out of the address bar, so that it stays out of history and screenshots. */
export function takeSetupToken(): string | undefined {
  const url = new URL(location.href);
  const token = setupTokenIn(url);
  if (token !== undefined) history.replaceState(history.state, '', url.pathname);
  return token;
}
