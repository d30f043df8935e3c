import { describe, expect, it } from 'vitest';
import { type Bank, choose, criterion, estimate, tableOf } from './criteria.ts';
import { readReference } from './items.ts';

interface Case {
  administered: number[];
  responses: number[];
  method: string;
  theta: number;
  se: number;
  next: Record<string, { item: number; value: number }>;
}
const close = (got: number, wanted: number): boolean =>
  Math.abs(got - wanted) <= Math.max(1e-6 * Math.abs(wanted), 1e-9);

/** Thetas 1e-7; the chosen item identical; its criterion value 1e-6 relative. */
describe.each(['2pl', '3pl', 'gpcm', 'grm'] as const)('the next item, %s', (bank: Bank) => {
  const { states } = readReference<{ states: Case[] }>(`cat/select-${bank}.json`);
  const table = tableOf(bank);
  it.each(states.map((state, n) => [n, state] as const))(
    'state %i',
    (_, { administered, responses, method, theta, next }) => {
      const items = administered.map((item) => item - 1);
      const got = estimate(table, items, responses, method);
      expect(Math.abs(got.theta - theta)).toBeLessThan(1e-7);
      // From our own θ: the files' ten digits would be enough too.
      const state = { table, items, responses, method, theta: got.theta };
      const off = Object.entries(next).flatMap(([name, wanted]) => {
        const chosen = choose(name, state);
        return chosen.item === wanted.item - 1 && close(chosen.value, wanted.value)
          ? []
          : [
              `${name}: item ${chosen.item + 1} at ${chosen.value}, wanted ${wanted.item} at ${wanted.value} (${criterion(name, state)(wanted.item - 1)})`,
            ];
      });
      expect(off).toEqual([]);
    },
  );
});

interface Profile {
  bank: Bank;
  administered: number[];
  responses: number[];
  theta: number;
  items: number[];
  values: Record<string, number[]>;
}
describe('criterion values of every unused item', () => {
  it.each(
    readReference<{ profiles: Profile[] }>('cat/profiles.json').profiles.map(
      (profile) => [profile.bank, profile] as const,
    ),
  )('%s', (bank, { administered, responses, theta, items, values }) => {
    const state = {
      table: tableOf(bank),
      items: administered.map((item) => item - 1),
      responses,
      method: 'EAP',
      theta,
    };
    const off = Object.entries(values).flatMap(([name, wanted]) => {
      const value = criterion(name, state);
      return items.flatMap((item, n) =>
        close(value(item - 1), wanted[n] ?? NaN) ? [] : [`${name} ${item}: ${value(item - 1)} for ${wanted[n]}`],
      );
    });
    expect(off).toEqual([]);
  });
});
