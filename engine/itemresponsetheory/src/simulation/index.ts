/** Simulated candidates, studies of adaptive tests, exposure parameters. */
export { adjustExposure } from '../exposure/sympson-hetter.ts';
export { type Population, drawAbility, drawCategory } from './generate.ts';
export { type SimulationDesign, type SimulatedTest, type TestOutcome, simulate } from './study.ts';
export {
  accuracyAt,
  type ConditionalRow,
  type Cut,
  type CutAccuracy,
  exposureRates,
  meanOverlap,
  type SimulatedSession,
  type StudySummary,
  summarise,
} from './summary.ts';
export { QuickTest } from './quick-test.ts';
export { type BankLife, bankLife, type ItemLife, type LifeDesign } from '../exposure/life.ts';
