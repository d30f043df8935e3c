import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RatingRow, ratingTable } from '../responses/rating-table.ts';
import { calibrateFacets } from './calibrate-facets.ts';
import { findSubsets } from './connectedness.ts';
import { weakestJoins } from './joins.ts';

/** Candidate n of a centre is marked by two of its raters on every criterion, candidate 0 without the last. */
const centre = (
  name: string,
  candidates: number,
  criteria: readonly string[] = ['lexis', 'grammar'],
  withCentre = false,
): RatingRow[] =>
  Array.from({ length: candidates }, (_, n) => n).flatMap((n) =>
    [n % 3, (n + 1) % 3].flatMap((r) =>
      criteria.slice(0, n === 0 ? -1 : undefined).map((criterion, c): RatingRow => ({
        person: `${name}-${n}`,
        elements: [criterion, ...(withCentre ? [name] : []), `${name}${r}`],
        score: (n + r + c) % 3,
      })),
    ),
  );
const named = (facets: readonly string[], rows: readonly RatingRow[]) =>
  findSubsets(ratingTable(facets, rows)).subsets.map(
    ({ elements, persons }) =>
      `${elements.map(({ facet, elements: own }) => `${facet} ${own.join(' ')}`).join(', ')}: ${persons}`,
  );

describe('connectedness', () => {
  it('names the centres whose raters share no candidate, though all share the criteria', () => {
    const rows = [...centre('A', 12), ...centre('B', 9), ...centre('C', 6)];
    expect(findSubsets(ratingTable(['criterion', 'rater'], rows))).toMatchObject({ isConnected: false, deficiency: 2 });
    expect(named(['criterion', 'rater'], rows)).toEqual([
      'criterion lexis grammar, rater A0 A1 A2: 12',
      'criterion lexis grammar, rater B0 B1 B2: 9',
      'criterion lexis grammar, rater C0 C1 C2: 6',
    ]);
    expect(() => calibrateFacets(ratingTable(['criterion', 'rater'], rows))).toThrow(
      /rater A0 A1 A2 \(12 persons\) \| .*rater B0 B1 B2/,
    );
  });

  it('raters nested in centres: a candidate of both joins raters; centre and rater cannot be told apart', () => {
    const rows = [...centre('A', 12, ['lexis', 'grammar'], true), ...centre('B', 9, ['lexis', 'grammar'], true)];
    expect(named(['criterion', 'centre', 'rater'], rows)).toEqual([
      'criterion lexis grammar, centre A, rater A0 A1 A2: 12',
      'criterion lexis grammar, centre B, rater B0 B1 B2: 9',
    ]);
    const both = rows.map((row) => (row.person === 'B-3' ? { ...row, person: 'A-3' } : row));
    expect(findSubsets(ratingTable(['criterion', 'centre', 'rater'], both))).toMatchObject({
      isConnected: false,
      deficiency: 1,
    });
    // One chain holds them all, so each class is named by itself.
    expect(named(['criterion', 'centre', 'rater'], both)).toEqual([
      'centre A: 12',
      'centre B: 9',
      'rater A0 A1 A2: 12',
      'rater B0 B1 B2: 9',
    ]);
    expect(
      findSubsets(
        ratingTable(
          ['criterion', 'rater'],
          both.map((row) => ({ ...row, elements: [row.elements[0] ?? '', row.elements[2] ?? ''] })),
        ),
      ),
    ).toMatchObject({ isConnected: true, deficiency: 0 });
  });

  it('a rater who sits in both centres joins them', () => {
    const rows = [...centre('A', 12), ...centre('B', 9)].map((row) => ({
      ...row,
      elements: row.elements.map((element) => (element === 'A0' || element === 'B2' ? 'visitor' : element)),
    }));
    expect(findSubsets(ratingTable(['criterion', 'rater'], rows)).isConnected).toBe(true);
  });

  it('finds any two plans that share nothing, and nothing else (law)', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(11), fc.nat(7)), { minLength: 1, maxLength: 40 }), (pairs) => {
        // Two facets with persons: connected exactly when the graph of persons and raters is (one criterion for all).
        const table = ratingTable(
          ['rater'],
          pairs.map(([person, rater], n) => ({ person: `P${person}`, elements: [`R${rater}`], score: n % 2 })),
        );
        const parent = new Map<string, string>();
        const root = (name: string): string => {
          const up = parent.get(name) ?? name;
          return up === name ? name : root(up);
        };
        for (const [person, rater] of pairs) parent.set(root(`P${person}`), root(`R${rater}`));
        const parts = new Set(pairs.map(([, rater]) => root(`R${rater}`))).size;
        const { subsets, deficiency } = findSubsets(table);
        expect(deficiency).toBe(parts - 1);
        expect(subsets.length).toBe(parts);
        for (const { elements } of subsets) expect(new Set((elements[0]?.elements ?? []).map(root)).size).toBe(1);
        // A cut that nobody crosses is there exactly when the plan falls apart.
        const [join] = weakestJoins(table);
        if (join !== undefined) expect(join.persons === 0).toBe(parts > 1);
      }),
    );
  });

  it('counts the persons that join where they are fewest', () => {
    const rows = [...centre('A', 12), ...centre('B', 9)].map((row) =>
      row.person === 'B-3' ? { ...row, person: 'A-3' } : row,
    );
    const joins = weakestJoins(ratingTable(['criterion', 'rater'], rows));
    expect(joins).toEqual([
      { facet: 'criterion', elements: expect.any(Array), persons: 18 },
      { facet: 'rater', elements: expect.arrayContaining([expect.stringMatching(/^[AB]0$/)]), persons: 1 },
    ]);
    expect(joins[1]?.elements).toHaveLength(3);
  });
});
