/**
 * Which detectors a page has, by a version that every signal carries. No import, so that a page may load it.
 *
 * 1 (signals that carry none): the loss of focus of a single button counted as that of the window, so each press of a
 * button that was then disabled reads "another window".
 * 2: only a window that has lost the focus and does not get it back within the grace.
 */
export const presentDetectors = 2;

const unreliableBefore: ReadonlyMap<string, number> = new Map([
  ['focus-lost', 2],
  ['focus-returned', 2],
]);

/** Did the page that sent this signal see it rightly? */
export const isReliable = ({ type, detectors = 1 }: { type: string; detectors?: number | undefined }): boolean =>
  detectors >= (unreliableBefore.get(type) ?? 1);
