/**
 * The house checks itself: a README for each floor, no rooms for leftovers, no index files, files that stay readable.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { floors, read, root, tracked } from './sources.ts';

const sources = tracked.filter((file) => /\.(ts|svelte)$/.test(file));

describe('the house', () => {
  it.each(floors)('%s opens with a README', (floor) => {
    expect(existsSync(join(root, floor, 'README.md'))).toBe(true);
  });
  it('has no room or file for leftovers', () => {
    expect(tracked.filter((file) => /(^|\/)(utils?|helpers?|common|misc|manager|service)(\/|\.)/i.test(file))).toEqual(
      [],
    );
  });
  it("has no index file but the package's", () => {
    expect(
      sources.filter((file) => /(^|\/)index\.ts$/.test(file) && !file.startsWith('engine/itemresponsetheory/src/')),
    ).toEqual([]);
  });
  it('keeps the clock and randomness in server/machine.ts', () => {
    const impure =
      /\b(Date\.now\(\)|new Date\(\)|Math\.random\(\)|randomUUID\(|randomBytes\(|\bset(Timeout|Interval)\()/;
    const places = sources.filter(
      (file) =>
        /^(engine|words|storage|people|item-bank|delivery|scoring|server)\//.test(file) &&
        !/\.(test|suite|bench)\.ts$/.test(file) &&
        file !== 'server/machine.ts',
    );
    expect(places.filter((file) => impure.test(read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')))).toEqual([]);
  });
  it('has no escape from the types', () => {
    const escapes = /(:\s*any\b|\bas any\b|\bas unknown as\b|\bas never\b|@ts-ignore|@ts-expect-error|@ts-nocheck)/;
    expect(
      sources.filter(
        (file) =>
          file !== 'tests/house/house.test.ts' && escapes.test(read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')),
      ),
    ).toEqual([]);
  });
  it('ships no secret', () => {
    expect(tracked.filter((file) => /\.(pem|key|p12)$/.test(file) || /(^|\/)\.env/.test(file))).toEqual([]);
  });
});
