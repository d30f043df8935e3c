/**
 * Every room of a floor is under the order of imports and stands in the floor's README; the README names none besides.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { floors, production, read, root, tracked } from './sources.ts';
import { rooms } from '../../.dependency-cruiser.mjs';

/** Folders that stand in a folder. */
const foldersIn = (folder: string): string[] => [
  ...new Set(
    tracked
      .filter((file) => file.startsWith(`${folder}/`))
      .map((file) => file.slice(folder.length + 1).split('/'))
      .flatMap(([first, ...rest]) => (first === undefined || rest.length === 0 ? [] : [first])),
  ),
];
/** Files that stand in a folder itself, by the name that the order of imports has for them. */
const filesIn = (folder: string): string[] => [
  ...new Set(
    production
      .filter((file) => file.startsWith(`${folder}/`) && file.endsWith('.ts'))
      .map((file) => file.slice(folder.length + 1))
      .flatMap((file) => (file.includes('/') ? [] : [file.split('.')[0] ?? ''])),
  ),
];
/** What a README sets as code. */
const spans = (file: string): string[] => [...read(file).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');

/**
 * A place in the sources: a folder with a slash at its end, or a file of a kind that the sources have; `*`, LANGUAGE
 * and AUDIENCE for any name.
 */
const isPlace = (span: string): boolean =>
  /^[\w.*-]+(\/[\w.*-]+)*\/$/.test(span) || /^[\w*-][\w./*-]*\.(ts|mjs|svelte|json|css|html|md)$/.test(span);

/** Anywhere in the floor, or from the root. */
function isThere(place: string, floor: string): boolean {
  const pattern = place
    .replace(/\/$/, '')
    .replace(/[.]/g, '\\.')
    .replace(/\*|\b(LANGUAGE|AUDIENCE)\b/g, '[^/]*');
  const end = place.endsWith('/') ? '/' : '$';
  const inFloor = new RegExp(`^${floor}/(.*/)?${pattern}${end}`);
  const fromRoot = new RegExp(`^${pattern}${end}`);
  return tracked.some((file) => inFloor.test(file) || fromRoot.test(file));
}

/** Made by the build or by a run of the program, not kept in git. */
const made = /^(dist|data|node_modules)\//;

describe('the rooms', () => {
  it.each(Object.entries(rooms))('of %s are under an order of imports', (folder, listed) => {
    const unlisted = [...foldersIn(folder), ...filesIn(folder)].filter((room) => !listed.includes(room));
    expect(unlisted).toEqual([]);
  });

  it.each(floors.filter((floor) => floor !== 'words'))('of %s stand in its README, and no other', (floor) => {
    const named = spans(`${floor}/README.md`);
    const unnamed = foldersIn(floor).filter((room) => !named.some((span) => span.startsWith(`${room}/`)));
    expect(unnamed, 'rooms that the README does not name').toEqual([]);
    const absent = named.filter((span) => isPlace(span) && !made.test(span) && !isThere(span, floor));
    expect(absent, 'places that do not exist').toEqual([]);
  });

  it('that the map of the house names are there', () => {
    const absent = spans('README.md').filter((span) => isPlace(span) && !made.test(span) && !isThere(span, '.*'));
    expect(absent).toEqual([]);
    expect(existsSync(join(root, 'docs'))).toBe(true);
  });
});
