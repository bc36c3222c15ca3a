/** A page's route as the part of the address behind `#`; nothing for an empty one. */
export const writeRoute = (route: string): string => (route === '' ? '' : `#${encodeURI(route)}`);

/** And back. What somebody typed by hand may be no whole encoding: then it is the route as it stands. */
export function readRoute(hash: string): string {
  const route = hash.replace(/^#/, '');
  try {
    return decodeURI(route);
  } catch {
    return route;
  }
}
