import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';
import type { Storage } from '../../storage/port.ts';
import { release, specification } from './example.suite.ts';
import { ImmutablePublication, ReleaseStore, UnknownPublication } from './store.ts';

let directory: string;
let storage: Storage;
let store: ReleaseStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-releases-'));
  storage = await openLmdb({ directory });
  store = await ReleaseStore.open(storage);
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

const publishAll = async (): Promise<void> => {
  await store.publishRelease(release);
  await store.publishSpecification(specification);
};

describe('published releases and specifications', () => {
  it('are kept', async () => {
    await publishAll();
    const again = await ReleaseStore.open(storage);
    expect(again.currentRelease('nt2-listening')).toEqual(release);
    expect(again.currentSpecification('nt2-oral')).toEqual(specification);
  });
  it('may be published again with the same content', async () => {
    await publishAll();
    await publishAll();
    expect(store.allReleases()).toHaveLength(1);
  });
  it('never change', async () => {
    await publishAll();
    await expect(store.publishRelease({ ...release, items: release.items.slice(1) })).rejects.toThrow(
      ImmutablePublication,
    );
    await expect(store.publishSpecification({ ...specification, title: { nl: 'Anders' } })).rejects.toThrow(
      ImmutablePublication,
    );
    expect(store.currentRelease('nt2-listening')).toEqual(release);
    expect((await ReleaseStore.open(storage)).currentSpecification('nt2-oral')).toEqual(specification);
  });
  it('have the newest in force', async () => {
    await publishAll();
    await store.publishRelease({ ...release, id: 'nt2-listening-2', createdAt: '2026-12-01T00:00:00.000Z' });
    await store.publishRelease({ ...release, id: 'nt2-listening-0', createdAt: '2026-10-01T00:00:00.000Z' });
    await store.publishSpecification({ ...specification, version: 2 });
    expect(store.currentTest('nt2-oral')).toMatchObject({
      specification: 2,
      releases: { 'nt2-listening': 'nt2-listening-2' },
      languages: ['nl'],
      synthetic: true,
    });
  });
  it('of the same instant have the last published in force', async () => {
    await publishAll();
    await store.publishRelease({ ...release, id: 'nt2-listening-1b' });
    expect(store.currentRelease('nt2-listening').id).toBe('nt2-listening-1b');
    await publishAll();
    expect(store.currentRelease('nt2-listening').id).toBe('nt2-listening-1');
  });
  it('stay pinned when a newer one comes', async () => {
    await publishAll();
    const { specification: version, releases } = store.currentTest('nt2-oral');
    await store.publishRelease({
      ...release,
      id: 'nt2-listening-2',
      createdAt: '2026-12-01T00:00:00.000Z',
      items: release.items.slice(0, 5),
      parameters: release.parameters.slice(0, 5),
    });
    const pinned = store.pinnedTest('nt2-oral', version, releases);
    expect(pinned.items.size).toBe(12);
    expect(pinned.adaptive?.next([], 'seed', []).kind).toBe('present');
    expect(store.pinnedTest('nt2-oral', version, releases)).toBe(pinned);
  });
  it('are named when they are not there', async () => {
    expect(() => store.currentTest('mo')).toThrow(UnknownPublication);
    await publishAll();
    expect(() => store.currentTest('mo')).toThrow(/specification mo/);
    expect(() => store.pinnedTest('nt2-oral', 1, { 'nt2-listening': 'gone' })).toThrow(/gone/);
  });
});
