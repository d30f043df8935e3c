import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toInstant } from '../../storage/document/instant.ts';
import { DataKeys } from '../../storage/keys/data-keys.ts';
import { Wrapping } from '../../storage/keys/wrapping.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { openMongo } from '../../storage/mongodb/open.ts';
import type { Storage } from '../../storage/port.ts';
import { hasMongo, startMongo } from '../../tests/mongo.ts';
import { CalibrationFile } from '../calibration-job.ts';
import { CalibrationFiles, type PackedFiles } from './calibration-files.ts';

const random = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, n) => (n * 37 + bytes) % 251);
const made = (size: number): PackedFiles => ({
  'report.nl.html': random(10),
  'report.en.html': random(11),
  'items.csv': random(12),
  'persons.csv': random(size),
  'calibration.json': random(14),
});

interface Opened {
  readonly storage: Storage;
  readonly end: () => Promise<void>;
}
async function onLmdb(): Promise<Opened> {
  const directory = mkdtempSync(join(tmpdir(), 'meetlat-files-'));
  const storage = await openLmdb({ directory });
  return {
    storage,
    end: async () => {
      await storage.close();
      rmSync(directory, { recursive: true });
    },
  };
}
async function onMongo(): Promise<Opened> {
  const mongo = await startMongo();
  if (mongo === undefined) throw new Error('MongoDB is not started');
  const storage = await openMongo({ uri: mongo.uri, database: `files-${randomUUID()}` });
  return {
    storage,
    end: async () => {
      await storage.close();
      await mongo.stop();
    },
  };
}

describe.each([
  ['LMDB', true, onLmdb],
  ['MongoDB', hasMongo(), onMongo],
] as const)('files of a calibration on %s', (_, isThere, open) => {
  it.runIf(isThere)(
    'what is larger than one piece is kept, for its own agency only, until it is erased',
    async () => {
      const { storage, end } = await open();
      try {
        const wrapping = await Wrapping.open({ storage, secret: 'a secret for the test of the files', random });
        const dataKeys = await DataKeys.open({ storage, wrapping, random, now: () => toInstant(0) });
        const files = new CalibrationFiles({
          blobs: storage.blobs(dataKeys.dataKeyOf),
          destroyDataKey: (tenant, person) => dataKeys.destroyDataKey(tenant, person),
        });
        const [job, other] = [
          { tenant: 'one', id: 'job' },
          { tenant: 'one', id: 'other' },
        ];
        expect(await files.keep(job, made(2_500_000))).toEqual(
          CalibrationFile.options.filter((name) => name !== 'distractors.csv'),
        );
        expect(await files.keep(other, { ...made(5), 'distractors.csv': random(6) })).toEqual(CalibrationFile.options);
        expect(Buffer.from((await files.read(job, 'persons.csv')) ?? []).equals(random(2_500_000))).toBe(true);
        expect(await files.read({ tenant: 'two', id: 'job' }, 'persons.csv')).toBeUndefined();
        await files.erase(job);
        expect(await files.read(job, 'persons.csv')).toBeUndefined();
        expect(await files.read(other, 'persons.csv')).toHaveLength(5);
        expect(await files.read(other, 'distractors.csv')).toHaveLength(6);
      } finally {
        await end();
      }
    },
    60_000,
  );
});
