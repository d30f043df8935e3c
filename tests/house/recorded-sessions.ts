/**
 * Whole sessions by the live rules: both ways of choosing, exposure, enemies, content, pretest items, a decisive cut.
 */
import { createRng } from 'itemresponsetheory';
import { type AdaptiveItem, createAdaptiveBank } from '../../engine/adaptive/bank.ts';
import type { AdaptivePolicy } from '../../engine/adaptive/policy.ts';
import { sitHere } from '../../engine/adaptive/simulate.ts';

const items = Array.from({ length: 90 }, (_, n): AdaptiveItem => {
  const random = createRng('recorded sitting').fork(n);
  return {
    parameters: {
      model: 'logistic',
      id: `i${n}`,
      slope: 0.6 + random.uniform(),
      difficulty: 1.5 * random.normal(),
      lower: n % 3 === 0 ? 0.2 : 0,
    },
    use: n % 15 === 14 ? 'pretest' : 'operational',
    content: n % 2 === 0 ? 'conversation' : 'announcement',
    enemies: n % 7 === 0 ? [`i${n + 1}`] : [],
    exposure: n % 5 === 0 ? 0.4 : 1,
  };
});
const common = {
  startTheta: -0.5,
  prior: { mean: 0, sd: 1.5 },
  grid: { points: 61, lower: -6, upper: 6 },
  minimumItems: 8,
  maximumItems: 16,
  standardError: 0.45,
  pretestPositions: [4, 9],
  content: { attribute: 'kind', targets: { conversation: 0.6, announcement: 0.4 }, weight: 1 },
};
const policies: readonly AdaptivePolicy[] = [
  { ...common, selection: { rule: 'maximum-information', randomesque: 5 } },
  {
    ...common,
    selection: { rule: 'posterior-information', randomesque: 3 },
    decisiveCut: {
      theta: 0.3,
      emphasis: { weight: 2, width: 0.5 },
      undecided: 1.3,
      spare: { distance: 1, randomesque: 8 },
    },
  },
];

export function recordedSessions(): string {
  const sat = policies.map((policy) => {
    const bank = createAdaptiveBank(items, policy);
    const population = { mean: 0, sd: 1.2 };
    const chunk = { first: 0, simulees: 12, seed: 7, exposure: bank.exposure, comparesInformation: false };
    return sitHere({ policy, bank, population }, chunk);
  });
  return JSON.stringify(sat);
}
