/** The one home of the numbers of being connected; the wire of the candidate hands them to the page. */

/** A candidate's page asks for the server's time this often, ms. */
export const beatMs = 2_500;
/** A page that missed this many beats in a row is lost: a slow line alone makes one beat take as long as several. */
export const lostAfterBeats = 6;
export const lostAfterMs = lostAfterBeats * beatMs;
/** Silence longer than this is a beat that did not come, whatever the reason, ms. */
export const missedBeatMs = beatMs + 250;
/** The same as told by notices, which come late themselves, ms. */
export const toldMissedBeatMs = beatMs + 1_000;
