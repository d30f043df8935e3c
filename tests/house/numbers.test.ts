/** The numbers of the house: width of a line, length of a function and of a file, one name for one exported type. */
import { describe, expect, it } from 'vitest';
import { code, exportedTypes, functionsOf, production, read } from './sources.ts';

const widest = 120;
const longestFunction = 60;
const longestFile = 400;

const linesOf = (file: string): string[] => read(file).replace(/\n$/, '').split('\n');

describe('the numbers of the house', () => {
  it(`no line is wider than ${widest} columns`, () => {
    const found = new Map<string, number>();
    for (const file of code) {
      const wide = linesOf(file).filter((line) => [...line].length > widest).length;
      if (wide > 0) found.set(file, wide);
    }
    expect([...found]).toEqual([]);
  });

  it(`no function is longer than ${longestFunction} lines`, () => {
    const found = new Map<string, number>();
    for (const { file, name, lines } of production.flatMap(functionsOf)) {
      const place = `${file} ${name}`;
      if (lines > longestFunction) found.set(place, Math.max(lines, found.get(place) ?? 0));
    }
    expect([...found]).toEqual([]);
  });

  it(`no file is longer than ${longestFile} lines`, () => {
    const found = new Map(production.map((file) => [file, linesOf(file).length]));
    for (const [file, lines] of found) if (lines <= longestFile) found.delete(file);
    expect([...found]).toEqual([]);
  });

  it('an exported type has a name of its own', () => {
    const homes = new Map<string, number>();
    for (const name of production.flatMap(exportedTypes)) homes.set(name, (homes.get(name) ?? 0) + 1);
    for (const [name, count] of homes) if (count === 1) homes.delete(name);
    expect([...homes]).toEqual([]);
  });
});
