/** Entry `itemresponsetheory/standard-setting`: where a cut belongs, and how sure that is. */
export { angoff, type AngoffResult, type CutScore } from './angoff.ts';
export { bookmark, orderedBooklet, type BookletPage, responseLocation } from './bookmark.ts';
export { borderlineGroup, borderlineRegression, contrastingGroups, type JudgedPerson } from './groups.ts';
export { overRounds, type Round, type RoundSummary } from './rounds.ts';
export { impactOf, type JudgeMeasure, judgesAsFacet } from './judges.ts';
