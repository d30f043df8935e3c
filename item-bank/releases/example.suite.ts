/**
 * A small release and specification for the tests of this room: twelve listening items, two of them pretest, in two
 * content classes.
 */
import type { ItemVersion } from '../items/item.ts';
import {
  type AdaptivePart,
  type Specification,
  lostLineDefault,
  personalExposureDefault,
} from '../specifications/specification.ts';
import type { ItemParameterRow, Release } from './release.ts';

const audio = (id: string) => ({ id: `${id}.mp3`, contentType: 'audio/mpeg' as const, durationMs: 1000 });
const spoken = (id: string, text: string) => ({ text, audio: audio(id) });

function item(n: number): ItemVersion {
  const id = `L${n}`;
  return {
    id,
    version: 1,
    kind: 'choice',
    use: n > 10 ? 'pretest' : 'operational',
    attributes: { type: n % 2 === 0 ? 'L1' : 'L2' },
    enemies: n === 1 ? ['L2'] : [],
    key: n % 3 === 0 ? 0 : 1,
    rationale: 'Omdat.',
    languages: {
      nl: {
        stimulus: spoken(`${id}-s`, 'Goedemorgen.'),
        stem: spoken(`${id}-q`, 'Wat hoort u?'),
        options: [0, 1, 2].map((option) => ({ text: `${id} antwoord ${option}`, audio: audio(`${id}-${option}`) })),
      },
    },
  };
}
const numbers = Array.from({ length: 12 }, (_, n) => n + 1);
const row = (n: number): ItemParameterRow => ({
  id: `L${n}`,
  model: 'logistic',
  slope: 1,
  difficulty: (n - 6) / 3,
  exposure: 1,
  origin: 'expert-guess',
});

export const release: Release = {
  id: 'nt2-listening-1',
  bank: 'nt2-listening',
  createdAt: '2026-11-23T00:00:00.000Z',
  synthetic: true,
  items: numbers.map(item),
  parameters: numbers.map(row),
};

export const part: AdaptivePart = {
  kind: 'adaptive',
  id: 'listening',
  plays: 2,
  options: { fewest: 3, most: 3 },
  itemLimitMs: 60_000,
  policy: {
    startTheta: -0.5,
    prior: { mean: 0, sd: 1.5 },
    grid: { points: 61, lower: -6, upper: 6 },
    selection: { rule: 'maximum-information', randomesque: 2 },
    content: { attribute: 'type', targets: { L1: 0.5, L2: 0.5 }, weight: 0.3 },
    minimumItems: 3,
    maximumItems: 6,
    standardError: 0.2,
    pretestPositions: [2],
  },
};
export const specification: Specification = {
  id: 'nt2-oral',
  version: 1,
  title: { nl: 'NT2 mondeling' },
  regime: 'nt2-oral',
  banks: ['nt2-listening'],
  languages: ['nl'],
  practice: [],
  synthetic: true,
  lostLine: lostLineDefault,
  personalExposure: personalExposureDefault,
  parts: [part],
};
