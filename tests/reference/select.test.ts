import { describe, it } from 'vitest';
import { Comparison, type Disputable } from './comparison.ts';
import { choose, criterion, estimate, tableOf } from './criteria.ts';
import { fixturesOf, readReference } from './folder.ts';

interface Case {
  readonly administered: readonly number[];
  readonly responses: readonly number[];
  readonly method: string;
  readonly theta: number;
  readonly se: number;
  readonly next: Readonly<Record<string, { readonly item: number; readonly value: number }>>;
}
const banks = fixturesOf('cat').flatMap((name) => (name.startsWith('select-') ? [name.slice('select-'.length)] : []));
const close = { within: 1e-9, share: 1e-6 };

/** Thetas 1e-7; the chosen item identical; its criterion value 1e-6 relative. */
describe.each(banks)('the next item, %s', (bank) => {
  const fixture = readReference<Disputable & { readonly states: readonly Case[] }>(`cat/select-${bank}.json`);
  const table = tableOf(bank);
  it.each(fixture.states.map((state, n) => [n, state] as const))(
    'state %i',
    (place, { administered, responses, method, theta, se, next }) => {
      const comparison = new Comparison(fixture);
      const items = administered.map((item) => item - 1);
      const got = estimate(table, items, responses, method);
      comparison.near(`states[${place}].theta`, got.theta, theta, { within: 1e-7 });
      comparison.near(`states[${place}].se`, got.standardError, se, { within: 1e-6 });
      // From our own θ: the files' ten digits would be enough too.
      const state = { table, items, responses, method, theta: got.theta };
      for (const [name, wanted] of Object.entries(next)) {
        const chosen = choose(name, state);
        comparison.same(`states[${place}].next.${name}.item`, chosen.item + 1, wanted.item);
        comparison.near(`states[${place}].next.${name}.value`, chosen.value, wanted.value, close);
      }
      comparison.done();
    },
  );
});

interface Profile {
  readonly bank: string;
  readonly administered: readonly number[];
  readonly responses: readonly number[];
  readonly theta: number;
  readonly items: readonly number[];
  readonly values: Readonly<Record<string, readonly number[]>>;
}
describe('criterion values of every unused item', () => {
  const fixture = readReference<Disputable & { readonly profiles: readonly Profile[] }>('cat/profiles.json');
  it.each(fixture.profiles.map((profile, n) => [n, profile.bank, profile] as const))(
    '%i %s',
    (place, bank, { administered, responses, theta, items, values }) => {
      const comparison = new Comparison(fixture);
      const given = administered.map((item) => item - 1);
      const state = { table: tableOf(bank), items: given, responses, method: 'EAP', theta };
      for (const [name, wanted] of Object.entries(values)) {
        const value = criterion(name, state);
        const ours = items.map((item) => value(item - 1));
        comparison.all(`profiles[${place}].values.${name}`, ours, wanted, close);
      }
      comparison.done();
    },
  );
});
