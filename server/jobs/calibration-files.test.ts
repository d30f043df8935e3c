import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { toInstant } from '../../storage/document/instant.ts';
import { DataKeys } from '../../storage/keys/data-keys.ts';
import { Wrapping } from '../../storage/keys/wrapping.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { CalibrationFiles, ReportFile } from './calibration-files.ts';

const storage = await openLmdb({ directory: mkdtempSync(join(tmpdir(), 'meetlat-files-')) });
afterAll(() => storage.close());
const random = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, n) => (n * 37 + bytes) % 251);
const wrapping = await Wrapping.open({ storage, secret: 'a secret for the test of the files', random });
const dataKeys = await DataKeys.open({ storage, wrapping, random, now: () => toInstant(0) });
const files = new CalibrationFiles({ blobs: storage.blobs(dataKeys.dataKeyOf), destroyDataKey: (tenant, person) => dataKeys.destroyDataKey(tenant, person) });
const made = (size: number): Record<ReportFile, Uint8Array> => ({ 'report.nl.html': random(10), 'report.en.html': random(11), 'items.csv': random(12), 'persons.csv': random(size), 'calibration.json': random(14) });

it('keeps what is larger than one piece, for its own agency only, until it is erased', async () => {
  const [job, other] = [{ tenant: 'one', id: 'job' }, { tenant: 'one', id: 'other' }];
  expect(await files.keep(job, made(2_500_000))).toEqual(ReportFile.options);
  await files.keep(other, made(5));
  expect(Buffer.from(await files.read(job, 'persons.csv') ?? []).equals(random(2_500_000))).toBe(true);
  expect(await files.read({ tenant: 'two', id: 'job' }, 'persons.csv')).toBeUndefined();
  await files.erase(job);
  await expect(files.read(job, 'persons.csv')).rejects.toMatchObject({ code: 'key-destroyed' });
  expect(await files.read(other, 'persons.csv')).toHaveLength(5);
});
