/** How a page stands to the session: one thing at a time. */

/**
 * opening, taking: the page is not the writer yet, or asks to be. waiting: nobody has let the candidate begin. writing:
 * the page writes, under its fence. finished: the receipt is shown, nothing more is watched. fenced: another page has
 * the session. expired: the token is worth nothing more. left: the page is gone.
 */
export type PageStanding =
  | { readonly name: 'opening' | 'taking' | 'waiting' }
  | { readonly name: 'writing' | 'finished'; readonly fence: number }
  | {
      readonly name: 'fenced';
      readonly fence: number | undefined;
      /** This page may ask for the session again: the same token is still good. */
      readonly mayReturn: boolean;
    }
  | { readonly name: 'expired' | 'left'; readonly fence: number | undefined };

/** The number under which the page writes, or last did; what it keeps then is sent by the page that comes back. */
export const fenceOf = (standing: PageStanding): number | undefined =>
  'fence' in standing ? standing.fence : undefined;

/** The page asks nothing more and shows nothing new. */
export const isOver = ({ name }: PageStanding): boolean => name === 'fenced' || name === 'expired' || name === 'left';

/** The line, the room and the clock matter to this page. */
export const isWatching = (standing: PageStanding): boolean => !isOver(standing) && standing.name !== 'finished';
