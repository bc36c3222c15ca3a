/** Only paths inside Hearth: never another site's address that somebody put into a link. */
export const safeReturn = (path: string | undefined): string =>
  path && /^\/(?![/\\])/.test(path) && !path.startsWith('/signin') ? path : '/';

/** Where somebody without a session is sent, with the way back. Paths are without the base path. */
export function signInPath(from: string, ended: boolean): string {
  const query = new URLSearchParams();
  if (ended) query.set('reason', 'ended');
  if (safeReturn(from) !== '/') query.set('return', from);
  const text = query.toString();
  return text ? `/signin?${text}` : '/signin';
}
