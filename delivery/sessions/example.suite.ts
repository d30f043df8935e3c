/**
 * A small pinned test and a registration for the tests of this room: five listening items, two speaking tasks, six MO
 * slots.
 */
import type { AdaptiveTest, PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import type { ChoiceItem, ItemVersion, SpeakingItem } from '../../item-bank/items/item.ts';
import {
  type Specification,
  lostLineDefault,
  personalExposureDefault,
} from '../../item-bank/specifications/specification.ts';
import type { SessionCommand } from './decide.ts';
import type { SessionFacts } from './facts.ts';
import type { Operation } from './operation.ts';
import type { SessionTerms } from './session.ts';

const audio = (id: string) => ({ id: `${id}.mp3`, contentType: 'audio/mpeg' as const, durationMs: 1000 });
const spoken = (id: string, text: string) => ({ text, audio: audio(id) });

function choice(
  id: string,
  key: number,
  attributes: Record<string, string>,
  use: ChoiceItem['use'] = 'operational',
): ChoiceItem {
  const text = {
    stimulus: spoken(`${id}-s`, 'Goedemorgen.'),
    stem: spoken(`${id}-q`, 'Wat hoort u?'),
    options: [0, 1, 2].map((index) => ({ text: `${id} antwoord ${index}`, audio: audio(`${id}-${index}`) })),
  };
  return {
    id,
    version: 1,
    kind: 'choice',
    use,
    attributes,
    enemies: [],
    languages: { nl: text, ar: text },
    key,
    rationale: `CANARY-RATIONALE-${id}`,
  };
}
const speaking = (id: string, task: string, turns: number): SpeakingItem => ({
  id,
  version: 1,
  kind: 'speaking',
  use: 'operational',
  attributes: { task },
  enemies: [],
  title: task,
  criteria: ['TA', 'RA'],
  lookFor: 'CANARY-LOOKFOR',
  turns: Array.from({ length: turns }, (_, turn) => ({
    prompt: spoken(`${id}-${turn}`, 'Vertel.'),
    plays: 2,
    prepMs: 0,
    answerMs: 20_000,
  })),
});

/**
 * Gives the listening items in their order and stops when all were given: the engine's own rules are tested in the
 * engine.
 */
export function inOrder(items: readonly string[]): AdaptiveTest {
  return {
    report: () => undefined,
    next: (history) => {
      const theta = history.reduce(
        (sum, { category }) => sum + (category === 1 ? 0.5 : category === 0 ? -0.5 : 0),
        -0.5,
      );
      const item = items[history.length];
      return item === undefined
        ? { kind: 'stop', reason: 'maximum-items', theta, standardError: 0.4 }
        : {
            kind: 'present',
            item,
            scored: true,
            theta,
            standardError: 1.5,
            rule: 'maximum-information',
            stream: { key: `selection/${history.length + 1}`, among: [item] },
          };
    },
  };
}

const policy = {
  startTheta: -0.5,
  prior: { mean: 0, sd: 1.5 },
  grid: { points: 61, lower: -6, upper: 6 },
  selection: { rule: 'maximum-information' as const, randomesque: 5 },
  minimumItems: 3,
  maximumItems: 5,
  standardError: 0.38,
  pretestPositions: [],
};
const oral: Specification = {
  id: 'nt2-oral',
  version: 1,
  title: { nl: 'NT2 mondeling' },
  regime: 'nt2-oral',
  banks: ['nt2'],
  languages: ['nl'],
  practice: ['P1'],
  synthetic: true,
  lostLine: lostLineDefault,
  personalExposure: personalExposureDefault,
  parts: [
    { kind: 'adaptive', id: 'listening', policy, plays: 2, options: { fewest: 3, most: 3 }, itemLimitMs: 120_000 },
    { kind: 'speaking', id: 'speaking', tasks: ['S1', 'S2'] },
  ],
};
export const slots = ['A1', 'A2', 'B1', 'B2', 'B3', 'B4'].map((id) => ({
  id,
  part: id.startsWith('A') ? ('values' as const) : ('practical' as const),
}));
const civic: Specification = {
  id: 'mo',
  version: 1,
  title: { nl: 'MO' },
  regime: 'mo',
  banks: ['mo'],
  languages: ['nl', 'ar'],
  practice: ['P1'],
  synthetic: true,
  lostLine: lostLineDefault,
  personalExposure: personalExposureDefault,
  parts: [{ kind: 'linear', id: 'mo', slots, options: { fewest: 3, most: 3 }, pretest: 1, limitMs: 600_000 }],
};
const index = (items: readonly ItemVersion[]) => new Map(items.map((item) => [item.id, item]));
const practice = choice('P1', 0, {}, 'practice');

export const oralTest: PinnedTest = {
  specification: oral,
  adaptive: inOrder(['L1', 'L2', 'L3', 'L4', 'L5']),
  items: index([
    practice,
    ...[1, 2, 3, 4, 5].map((n) => choice(`L${n}`, n % 3, {})),
    speaking('T1', 'S1', 2),
    speaking('T2', 'S2', 1),
  ]),
};
export const civicTest: PinnedTest = {
  specification: civic,
  adaptive: undefined,
  items: index([
    practice,
    ...slots.flatMap(({ id, part }) => [0, 1].map((n) => choice(`${id}-${n}`, n, { slot: id, part }))),
    choice('PRE', 2, { slot: 'P', part: 'practical' }, 'pretest'),
  ]),
};

export const startMs = Date.parse('2026-11-23T09:00:00.000Z');
export const at = (ms: number): string => new Date(startMs + ms).toISOString();
export const facts = (test: PinnedTest, ms: number, sealed: SessionFacts['sealed'] = new Map()): SessionFacts => ({
  now: at(ms),
  test,
  sealed,
});

export function terms(test: PinnedTest, change: Partial<SessionTerms> = {}): SessionTerms {
  return {
    candidate: 'c1',
    personal: 'ciphertext',
    test: test.specification.id,
    specification: 1,
    releases: { nt2: 'r1' },
    engine: '1',
    language: 'nl',
    contactLanguage: 'ar',
    seed: '00112233445566778899aabbccddeeff',
    centre: 'gent',
    reference: 'NT2-TEST',
    resultKeyHash: 'hash',
    accommodations: { extraTimePercent: 0, extraPlays: 0 },
    excludedItems: [],
    synthetic: true,
    ...change,
  };
}
export const register = (test: PinnedTest, change?: Partial<SessionTerms>): SessionCommand => ({
  type: 'register',
  terms: terms(test, change),
});
export const admit: SessionCommand = {
  type: 'admit',
  by: 'toezichter@demo',
  seat: 'blauwe vos 7',
};

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type Asked = DistributiveOmit<Operation, 'opId' | 'seq'>;
/** Numbers operations as a client does. */
export const operation = (seq: number, asked: Asked): Operation => ({
  ...asked,
  opId: `op-0000000000-${String(seq).padStart(4, '0')}`,
  seq,
});
