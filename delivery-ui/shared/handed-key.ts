/**
 * The key of a result on its way from the receipt to the page of the result: once, in this tab. An address would keep
 * it in the history of a device that others use next.
 */
const place = 'meetlat-result-key';

/** Storage that refuses is no reason to stop: the page then asks for the key, which the receipt shows. */
export function handKey(key: string): void {
  try {
    sessionStorage.setItem(place, key);
  } catch {
    /* asked for */
  }
}

/** The key that was handed over, or that a link brought in its fragment; it is in neither place afterwards. */
export function takeKey(): string {
  const fragment = location.hash.slice(1);
  if (fragment !== '') history.replaceState(null, '', location.pathname);
  try {
    const handed = sessionStorage.getItem(place);
    sessionStorage.removeItem(place);
    return fragment === '' ? (handed ?? '') : fragment;
  } catch {
    return fragment;
  }
}

/** In groups, to be read and written down. */
export const keyInGroups = (key: string): string => key.match(/.{1,5}/g)?.join(' ') ?? '';

/** As it was typed: spaces, hyphens and capitals do not matter. */
export const typedKey = (typed: string): string => typed.replace(/[\s-]/g, '').toLowerCase();
