/** SHA-256 of the recorded run under each `engineVersion` that ever decided about a candidate. Lines are only added. */
export const recordedRuns: Readonly<Record<string, string>> = {
  '1.0.0': 'bb3a847ccd3175f22e1437c4e7a37ac77abb3d49e8fd0103ba55a0ca88b6bbfe',
};
