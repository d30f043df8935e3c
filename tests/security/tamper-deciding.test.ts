/**
 * What decides by a detour, changed by somebody without the secret: a calibration that parameters are published from,
 * the last sign of life that an outage is measured from, a newest checkpoint that nobody signed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { calibrationJobs } from '../../server/calibration-job.ts';
import { livenessDefinition, livenessKey } from '../../server/last-alive.ts';
import type { ProctoringLog } from '../../server/api/invigilator/protocol.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { Anchor, type Checkpoint, checkpoints } from '../../storage/journal/checkpoint.ts';
import type { AnyDefinition } from '../../storage/keys/sealed-storage.ts';
import type { Storage } from '../../storage/port.ts';
import { openOldLmdb, openOldMongo } from '../fixtures/open-old-data.ts';
import { hasMongo } from '../mongo.ts';
import { Staff } from '../session-client.ts';
import { tamperedWith, tenant } from './tampered.ts';

describe.each([
  ['LMDB', true, openOldLmdb],
  ['MongoDB', hasMongo(true), openOldMongo],
] as const)('what decides by a detour, changed without the secret, on %s', (_, isThere, open) => {
  if (!isThere) {
    it.skip('needs a mongod');
    return;
  }
  const { opened, meetlat, inStorage } = tamperedWith(open);
  beforeAll(async () => {
    await opened().server.stop();
  });
  /** Documents as they lie there, whatever they hold. */
  const documents = (storage: Storage, { name, indexes }: AnyDefinition) =>
    storage.collection<Record<string, unknown>, string>({ name, indexes });

  it('a calibration is named, and no parameters are published from it', async () => {
    const { job } = opened().data.calibration;
    await opened().server.launch();
    const designer = await Staff.login(opened().server.url, await opened().server.account('designer'));
    await designer.get(`/designer/calibrations/${job}`);
    await inStorage(async (storage) => {
      const all = await documents(storage, calibrationJobs);
      const stored = await all.get({ tenant, id: job });
      if (stored === undefined) throw new Error('no calibration');
      await all.replace(stored, stored.revision, { ...stored.value, by: 'somebody else' });
    });
    const request = { items: opened().data.calibration.items, reason: 'een proef' };
    await expect(designer.post(`/designer/calibrations/${job}/release`, request)).rejects.toMatchObject({
      status: 500,
    });
    await opened().server.stop();
    expect(meetlat(['verify', '--all'])).toContain(`FINDING     document-forged: calibrations ${tenant}/${job}`);
  }, 240_000);

  it('a sign of life of long ago makes no outage', async () => {
    await opened().server.launch();
    const invigilator = await Staff.login(opened().server.url, await opened().server.account('invigilator'));
    const path = `/invigilator/sessions/${opened().data.sessions['mo-open'].session}/log`;
    const outages = async (staff: Staff) =>
      (await staff.get<ProctoringLog>(path)).entries.filter(({ type }) => type === 'outage-measured').length;
    const before = await outages(invigilator);
    await opened().server.stop();
    await inStorage(async (storage) => {
      const all = await documents(storage, livenessDefinition);
      const stored = await all.get(livenessKey);
      if (stored === undefined) throw new Error('no sign of life');
      const at = toInstant(Date.parse(String(stored.value['at'])) - 3_600_000);
      await all.replace(stored, stored.revision, { ...stored.value, at });
    });
    await opened().server.launch();
    expect(await outages(await Staff.login(opened().server.url, await opened().server.account('invigilator')))).toBe(
      before,
    );
    await opened().server.stop();
  }, 240_000);

  it('a newest checkpoint that nobody signed ends the start, and is named', async () => {
    const forged = await inStorage(async (storage) => {
      const all = await storage.collection<Checkpoint, 'number'>({ ...checkpoints, sealed: false });
      const newest = (await all.every()).toSorted((one, two) => two.value.number - one.value.number)[0];
      if (newest === undefined) throw new Error('no checkpoint');
      const number = newest.value.number + 1;
      const key = { tenant: newest.tenant, id: `checkpoint-${number}` };
      return all.insert(key, { ...newest.value, number });
    });
    await expect(opened().server.launch()).rejects.toThrow(new RegExp(`checkpoints installation/${forged.id}`));
    expect(meetlat(['verify', '--all'])).toContain(
      `FINDING     document-forged: checkpoints installation/${forged.id}`,
    );
    await inStorage(async (storage) => {
      const all = await documents(storage, checkpoints);
      await all.remove(forged, forged.revision);
    });
    await opened().server.launch();
    await opened().server.stop();
  }, 240_000);

  it('a checkpoint beside the database that is another one than in it ends the start, and is named', async () => {
    const file = join(opened().server.folder, 'last-checkpoint.json');
    const written = await readFile(file, 'utf8');
    const { number, hash } = Anchor.parse(JSON.parse(written));
    const other = { number, hash: hash.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) };
    await writeFile(file, JSON.stringify(other));
    await expect(opened().server.launch()).rejects.toThrow(
      /checkpoint \d+ \([0-9a-f]{64}\) was written here, but the storage holds another one under this number/,
    );
    expect(meetlat(['verify', '--all'])).toContain('is not the one that was published');
    await writeFile(file, written);
    await opened().server.launch();
  }, 240_000);
});
