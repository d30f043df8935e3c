import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sealedCollections } from './open-storage.ts';

const root = join(import.meta.dirname, '..');
const floors = ['storage', 'people', 'item-bank', 'delivery', 'scoring', 'server'];

/** Names of the collections that the sources declare `sealed`. */
function declaredSealed(): string[] {
  const files = floors.flatMap((floor) =>
    readdirSync(join(root, floor), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(file))
      .map((file) => readFileSync(join(root, floor, file), 'utf8')),
  );
  const definitions = files.flatMap((text) => [...text.matchAll(/: CollectionDefinition<[^=]*= (\{[\s\S]*?\});/g)]);
  return definitions.flatMap(([, body = '']) =>
    body.includes('sealed: true') ? [/name: '([^']+)'/.exec(body)?.[1] ?? body] : [],
  );
}

describe('the sealed collections', () => {
  it('are all those that are declared so: old data of each is sealed at the upgrade', () => {
    const declared = declaredSealed();
    expect(declared.length).toBeGreaterThan(8);
    expect(sealedCollections.map(({ name }) => name).sort()).toEqual(declared.sort());
  });
});
