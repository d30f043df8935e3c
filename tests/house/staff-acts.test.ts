/** Every endpoint and every command says which act of the staff it records, or why none. */
import { expect, it } from 'vitest';
import { StaffActType } from '../../people/staff/staff-log.ts';
import { commands } from '../../server/commands/commands.ts';
import { rows } from '../security/matrix-rows.ts';
import { commandActs, endpointActs } from '../security/staff-acts.ts';
import { read } from './sources.ts';

it('every endpoint says so, and no other', () => {
  expect(Object.keys(endpointActs).sort()).toEqual(Object.keys(rows).sort());
});

it('every command says so, and each writes what it says', () => {
  expect(Object.keys(commandActs).sort()).toEqual(Object.keys(commands).sort());
  const silent = Object.entries(commandActs).flatMap(([name, row]) => {
    if (typeof row === 'object' && 'none' in row) return [];
    const source = read(`server/commands/${name}.ts`);
    return [row].flat().filter((type) => !source.includes(`'${type}'`));
  });
  expect(silent).toEqual([]);
});

it('no kind of act is written by nobody', () => {
  const written = new Set([...Object.values(endpointActs), ...Object.values(commandActs)].flat());
  // What comes of a log-in that is none, and of an item too many.
  expect(StaffActType.options.filter((type) => !written.has(type))).toEqual(['login-refused', 'item-refused']);
});
