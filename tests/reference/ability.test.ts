import { createItemParameters, estimateAbility } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { type ReferenceItem, readReference, specOf } from './items.ts';

type Name = 'ML' | 'BM' | 'WL' | 'EAP';
type Pair = [number | string | null, number | string | null];
interface Pattern { kind: string; responses: (number | null)[]; catR?: Record<Name, Pair>; mirt: Partial<Record<Name | 'MAP', Pair>> }
/** The mixed set has mirt's values only; there 1e-5, and EAP alone has the same meaning in both packages. */
const sets = ['2pl', '3pl', '4pl', 'gpcm', 'grm', 'nrm', 'pcm'];

/** catR's roots are solved to 1e-13 and clamped to [−6, 6]; expected information; 1e-8 for θ, 1e-7 for SE. EAP on the same grid 1e-5. */
const methods = [['ml', 'ML', 1e-8, 1e-7], ['map', 'BM', 1e-8, 1e-7], ['wle', 'WL', 1e-8, 1e-7], ['eap', 'EAP', 1e-5, 1e-5]] as const;

describe.each(sets)('%s', (set) => {
  const { items, patterns } = readReference<{ items: ReferenceItem[]; patterns: Pattern[] }>(`ability/${set}.json`);
  const bank = createItemParameters(items.map(specOf));
  it.each(methods)('%s', (method, name, thetaTolerance, seTolerance) => {
    const off: string[] = [];
    let compared = 0;
    patterns.forEach(({ responses, catR, kind }, n) => {
      const answered = responses.flatMap((category, item) => (category === null ? [] : [{ item, category }]));
      const [theta, se] = catR?.[name] ?? [null, null];
      if (typeof theta !== 'number') return;
      compared += 1;
      const got = estimateAbility(bank, answered.map(({ item }) => item), answered.map(({ category }) => category), { method });
      if (Math.abs(got.theta - theta) > thetaTolerance) off.push(`${n} ${kind}: theta ${got.theta} for ${theta} ${got.atBound ?? ''}`);
      else if (typeof se === 'number' && Math.abs(got.standardError - se) > seTolerance * Math.max(1, se)) off.push(`${n} ${kind}: SE ${got.standardError} for ${se}`);
    });
    expect(off).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  });
});

it('mixed: EAP and MAP agree with mirt', () => {
  const { items, patterns } = readReference<{ items: ReferenceItem[]; patterns: Pattern[] }>('ability/mixed.json');
  const bank = createItemParameters(items.map(specOf));
  for (const { responses, mirt } of patterns) {
    const answered = responses.flatMap((category, item) => (category === null ? [] : [{ item, category }]));
    for (const [method, name] of [['eap', 'EAP'], ['map', 'MAP']] as const) {
      const theta = mirt[name]?.[0];
      const got = estimateAbility(bank, answered.map(({ item }) => item), answered.map(({ category }) => category), { method });
      expect(Math.abs(got.theta - Number(theta))).toBeLessThan(1e-5);
    }
  }
});
