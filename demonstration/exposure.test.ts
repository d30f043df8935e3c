/** What one person sees of the demonstration's banks who begins a test again and again, and leaves each time. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exposureOf } from '../delivery/registrations/exposure.ts';
import { assembleForm } from '../item-bank/forms/assemble.ts';
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
    expect(most).toBeLessThan(0.6);
    for (const sessions of [4, 8]) expect(mostSeen(sessions, byExposure)).toBe(most);
    expect(mostSeen(4, ofTheLastTwo)).toBeGreaterThan(0.6);
    expect(mostSeen(8, ofTheLastTwo)).toBeGreaterThan(0.9);
  });
});
