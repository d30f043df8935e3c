/** What one person sees of the demonstration's banks who begins a test again and again, and leaves each time. */
import { join } from 'node:path';
import { createRng } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { exposureOf } from '../delivery/registrations/exposure.ts';
import { assembleForm } from '../item-bank/forms/assemble.ts';
import { adaptiveBank, adaptiveTest } from '../item-bank/releases/adaptive-test.ts';
import type { AdaptiveResponse } from '../item-bank/releases/pinned-test.ts';
import { personalExposureDefault } from '../item-bank/specifications/specification.ts';
import { loadDemonstration } from './bank.ts';

const { releases, specifications } = await loadDemonstration(join(import.meta.dirname));
const mo = specifications.find(({ id }) => id === 'mo');
const [part] = mo?.parts ?? [];
const items = releases.find(({ bank }) => bank === 'mo')?.items ?? [];
const bank = items.filter(({ use }) => use !== 'practice').map(({ id }) => id);
const persons = 20;

type Excluded = (shown: readonly (readonly string[])[]) => readonly string[];
const ofTheLastTwo: Excluded = (shown) => shown.slice(0, 2).flat();
const byExposure: Excluded = (shown) => exposureOf(bank, shown, personalExposureDefault.mostSeen).excluded;

/** The most of the bank that any of the persons has seen after so many sessions. */
function mostSeen(sessions: number, excludedBy: Excluded): number {
  if (part?.kind !== 'linear') throw new Error('no linear part');
  const shares = Array.from({ length: persons }, (_, person) => {
    const shown: string[][] = [];
    for (let n = 0; n < sessions; n += 1) {
      const request = { part, items, seed: `${person}/${n}`, language: 'nl', excluded: new Set(excludedBy(shown)) };
      shown.unshift(assembleForm(request).map(({ item }) => item.id));
    }
    return new Set(shown.flat()).size / bank.length;
  });
  return Math.max(...shares);
}

describe('somebody who begins the test of social orientation, and leaves', () => {
  it('sees no more of the bank from the third time on; without the cap it is nearly all in the end', () => {
    const most = mostSeen(3, byExposure);
    expect(most).toBeLessThan(0.55);
    for (const sessions of [4, 8]) expect(mostSeen(sessions, byExposure)).toBe(most);
    expect(mostSeen(4, ofTheLastTwo)).toBeGreaterThan(0.6);
    expect(mostSeen(8, ofTheLastTwo)).toBeGreaterThan(0.9);
  });
});

describe('somebody who takes the listening test again and again', () => {
  const release = releases.find((one) => one.bank === 'nt2-listening');
  const adaptive = specifications
    .findLast((one) => one.id === 'nt2-oral')
    ?.parts.find((one) => one.kind === 'adaptive');
  const difficulties = new Map(release?.parameters.map(({ id, slope, difficulty }) => [id, { slope, difficulty }]));
  const listening = release?.items.flatMap(({ id, use }) => (use === 'practice' ? [] : [id])) ?? [];

  /** One whole test of a person of that ability. */
  function heard(theta: number, seed: string, excluded: readonly string[]) {
    if (release === undefined || adaptive?.kind !== 'adaptive') throw new Error('no adaptive part');
    const test = adaptiveTest(adaptive, adaptiveBank(adaptive, release.items, release.parameters));
    const [history, chance]: [AdaptiveResponse[], ReturnType<typeof createRng>] = [[], createRng(seed)];
    for (;;) {
      const next = test.next(history, seed, excluded);
      if (next.kind === 'stop') return { items: history.map(({ item }) => item), ability: test.report(history) };
      const { slope = 1, difficulty = 0 } = difficulties.get(next.item) ?? {};
      const isRight = chance.uniform() < 1 / (1 + Math.exp(-slope * (theta - difficulty)));
      history.push({ item: next.item, category: isRight ? 1 : 0, scored: next.scored });
    }
  }

  /** Mean standard error of the first five tests. */
  function meanErrors(theta: number, among: number): number[] {
    const sums = [0, 0, 0, 0, 0];
    for (let person = 0; person < among; person += 1) {
      const shown: string[][] = [];
      for (const n of sums.keys()) {
        const { excluded } = exposureOf(listening, shown, personalExposureDefault.mostSeen);
        const { items: given, ability } = heard(theta, `${theta}/${person}/${n}`, excluded);
        sums[n] = (sums[n] ?? 0) + (ability?.standardError ?? NaN) / among;
        shown.unshift(given);
      }
    }
    return sums;
  }

  it.each([-1.5, 0, 1.5])('of ability %d is measured each time about as well as the first', (theta) => {
    const [first = NaN, ...later] = meanErrors(theta, 10);
    for (const error of later) expect(error / first).toBeLessThan(1.15);
  });
});
