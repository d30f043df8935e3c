/** The one home of the numbers of being connected; the wire of the candidate hands them to the page. */

/** A candidate's page asks for the server's time this often, ms. */
export const beatMs = 2_500;
/** A page that missed this many beats in a row is lost: a slow line alone makes one beat take as long as several. */
export const lostAfterBeats = 6;
export const lostAfterMs = lostAfterBeats * beatMs;
