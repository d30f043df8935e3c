import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { installationTenant, type Storage } from '../../storage/port.ts';
import { nextReleaseId } from './bank.ts';
import { release, specification } from './example.suite.ts';
import type { Publication } from './decide.ts';
import { Banks, bankKind } from './run.ts';
import type { ItemParameterRow } from './release.ts';
import { ReleaseStore } from './store.ts';

let directory: string;
let storage: Storage;
let store: ReleaseStore;
let banks: Banks;
const now = (): string => '2026-11-24T10:00:00.000Z';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-bank-'));
  storage = await openLmdb({ directory });
  store = await ReleaseStore.open(storage);
  await store.publishRelease(release);
  await store.publishSpecification(specification);
  banks = new Banks({ journal: storage.journal, store, now });
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

const row: ItemParameterRow = {
  id: 'L3',
  model: 'logistic',
  slope: 1.2,
  difficulty: 0.7,
  exposure: 1,
  origin: 'calibrated',
  standardError: 0.1,
};
const publication: Publication = {
  base: 'nt2-listening-1',
  job: 'job-1',
  model: '2pl',
  anchors: 'linked',
  by: 'otto@demo',
  reason: 'eerste afname',
  rows: [row],
};
const again = { ...publication, base: 'nt2-listening-2', job: 'job-2' };

describe('a release made by a calibration', () => {
  it('has the new parameters in the place of the old ones, and everything else as it was', async () => {
    const made = await banks.publish('nt2-listening', publication);
    expect(made).toMatchObject({
      id: 'nt2-listening-2',
      createdAt: now(),
      recalibration: { base: 'nt2-listening-1', by: 'otto@demo', reason: 'eerste afname', replaced: ['L3'] },
    });
    expect(made.parameters.map(({ id }) => id)).toEqual(release.parameters.map(({ id }) => id));
    expect(made.parameters.find(({ id }) => id === 'L3')).toEqual(row);
    expect(made.parameters.filter(({ id }) => id !== 'L3')).toEqual(release.parameters.filter(({ id }) => id !== 'L3'));
    expect(made.items).toEqual(release.items);
  });
  it('is used by new sessions only when somebody says so, and those that run keep theirs', async () => {
    const before = store.currentTest('nt2-oral');
    await banks.publish('nt2-listening', publication);
    expect(store.currentTest('nt2-oral')).toEqual(before);
    await banks.putInForce('nt2-listening', {
      release: 'nt2-listening-2',
      by: 'otto@demo',
      confirmedBy: 'an@demo',
      reason: 'nagekeken',
    });
    expect(store.currentTest('nt2-oral').releases).toEqual({ 'nt2-listening': 'nt2-listening-2' });
    expect(store.pinnedTest('nt2-oral', 1, before.releases).adaptive?.next([], 's', [])).toBeDefined();
    expect((await ReleaseStore.open(storage)).currentTest('nt2-oral').releases).toEqual({
      'nt2-listening': 'nt2-listening-2',
    });
    await banks.putInForce('nt2-listening', {
      release: 'nt2-listening-1',
      by: 'otto@demo',
      confirmedBy: 'an@demo',
      reason: 'terug',
    });
    expect(store.currentRelease('nt2-listening').id).toBe('nt2-listening-1');
    expect(
      (await banks.load('nt2-listening')).state.choices.map(({ release: id, previous, reason }) => [
        previous,
        id,
        reason,
      ]),
    ).toEqual([
      ['nt2-listening-1', 'nt2-listening-2', 'nagekeken'],
      ['nt2-listening-2', 'nt2-listening-1', 'terug'],
    ]);
  });
  it('is not published twice, nor on a base that has been followed, nor with nothing, nor for a stranger', async () => {
    await banks.publish('nt2-listening', publication);
    await expect(banks.publish('nt2-listening', publication)).rejects.toMatchObject({ code: 'published-already' });
    await expect(banks.publish('nt2-listening', { ...publication, job: 'job-2' })).rejects.toMatchObject({
      code: 'base-superseded',
    });
    await expect(banks.publish('nt2-listening', { ...again, rows: [] })).rejects.toMatchObject({
      code: 'nothing-chosen',
    });
    await expect(banks.publish('nt2-listening', { ...again, rows: [{ ...row, id: 'X' }] })).rejects.toMatchObject({
      code: 'unknown-item',
    });
    await expect(
      banks.putInForce('nt2-listening', { release: 'mo-1', by: 'x', confirmedBy: 'an@demo', reason: 'y' }),
    ).rejects.toMatchObject({
      code: 'unknown-release',
    });
    await expect(
      banks.putInForce('nt2-listening', { release: 'nt2-listening-1', by: 'x', confirmedBy: 'an@demo', reason: 'y' }),
    ).rejects.toMatchObject({ code: 'in-force-already' });
    expect(store.allReleases()).toHaveLength(2);
  });
  it('two at once: one is published, the other is told', async () => {
    const both = await Promise.allSettled([
      banks.publish('nt2-listening', publication),
      banks.publish('nt2-listening', { ...publication, job: 'job-2' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(store.allReleases()).toHaveLength(2);
  });
  it('is later than its base even when the clock says otherwise', async () => {
    await store.publishRelease({ ...release, id: 'nt2-listening-7', createdAt: '2027-01-01T00:00:00.000Z' });
    const made = await banks.publish('nt2-listening', { ...publication, base: 'nt2-listening-7' });
    expect(made).toMatchObject({ id: 'nt2-listening-3', createdAt: '2027-01-01T00:00:00.001Z' });
    expect(store.latestRelease('nt2-listening').id).toBe('nt2-listening-3');
  });
  it('is made from the journal when the process ended right after writing it', async () => {
    const event = {
      schema: 1,
      type: 'release-published',
      at: now(),
      release: 'nt2-listening-2',
      createdAt: now(),
      recalibration: {
        base: publication.base,
        job: 'job-1',
        model: '2pl',
        anchors: 'linked',
        by: 'otto@demo',
        reason: 'x',
        replaced: ['L3'],
      },
      rows: [{ ...row }],
    };
    await storage.journal.append(
      { tenant: installationTenant, kind: bankKind, id: 'nt2-listening' },
      {
        expectedVersion: 0,
        previousHash: '0'.repeat(64),
        at: now(),
        events: [event],
        pending: [{ kind: 'bank-changed', data: {} }],
      },
    );
    expect(store.allReleases()).toHaveLength(1);
    await banks.apply('nt2-listening');
    await banks.apply('nt2-listening');
    expect(store.allReleases().map(({ id }) => id)).toEqual(['nt2-listening-1', 'nt2-listening-2']);
    expect(
      (await ReleaseStore.open(storage)).latestRelease('nt2-listening').parameters.find(({ id }) => id === 'L3'),
    ).toEqual(row);
  });
  it('is known to another store of the same storage that follows', async () => {
    const other = await ReleaseStore.open(storage);
    const stop = other.follow((error) => {
      throw error;
    });
    await banks.publish('nt2-listening', publication);
    await banks.putInForce('nt2-listening', {
      release: 'nt2-listening-2',
      by: 'otto@demo',
      confirmedBy: 'an@demo',
      reason: 'nagekeken',
    });
    await expect.poll(() => other.currentRelease('nt2-listening').id).toBe('nt2-listening-2');
    stop();
  });
});

it('numbers the releases of a bank', () => {
  const known = (...ids: string[]) => ids.map((id) => ({ id, bank: 'mo' }));
  expect(nextReleaseId('mo', known('mo-8b4a73'))).toBe('mo-2');
  expect(nextReleaseId('mo', [...known('mo-1', 'mo-3'), { id: 'other-1', bank: 'other' }])).toBe('mo-4');
  expect(nextReleaseId('mo', known('mo-2'))).toBe('mo-3');
});
