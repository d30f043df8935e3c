/**
 * Documents that decide something, removed by somebody without the secret: no seal shows that, and `meetlat verify`
 * names each all the same, by the streams that tell of it.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { openOldLmdb, openOldMongo } from '../fixtures/open-old-data.ts';
import { hasMongo } from '../mongo.ts';
import { Staff } from '../session-client.ts';
import { tamperedWith, tenant } from './tampered.ts';

describe.each([
  ['LMDB', true, openOldLmdb],
  ['MongoDB', hasMongo(true), openOldMongo],
] as const)('a document that was removed without the secret, on %s', (_, isThere, open) => {
  if (!isThere) {
    it.skip('needs a mongod');
    return;
  }
  const { opened, meetlat, audited, inStorage, streamOf } = tamperedWith(open);
  let examiner: string;
  let person: string;
  let hash: string;
  beforeAll(async () => {
    const { server, data } = opened();
    const account = await server.account('examiner');
    examiner = account.account;
    await Staff.login(server.url, account);
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    await invigilator.post(`/invigilator/sessions/${data.sessions['mo-open'].session}/code`);
    await server.stop();
    const session = await inStorage(({ journal }) => journal.read(streamOf('session', 'mo-open')));
    const events = session.flatMap((commit) => commit.events);
    person = String(events.find(({ type }) => type === 'registered')?.['candidate']);
    hash = String(events.findLast(({ type }) => type === 'code-made')?.['hash']);
  });

  /** They are taken out, and what is told then. */
  async function named(places: readonly (readonly [collection: string, tenant: string, id: string])[]): Promise<void> {
    await inStorage(async (storage) => {
      for (const [name, ofTenant, id] of places) {
        const all = await storage.collection<object, never>({ name, indexes: {} });
        const stored = await all.get({ tenant: ofTenant, id });
        if (stored === undefined) throw new Error(`no ${name} ${id}`);
        await all.remove(stored, stored.revision);
      }
    });
    for (const told of [meetlat(['verify', '--all']), audited()]) {
      for (const [name, ofTenant, id] of places)
        expect(told).toContain(`FINDING     document-removed: ${name} ${ofTenant}/${id}`);
      expect(told).toMatch(/^NOT VERIFIED$/m);
    }
  }

  it('is named: an account, a candidate and their key, a code, a release and which one is in force', async () => {
    const { release } = opened().data.calibration;
    await named([
      ['accounts', tenant, examiner],
      ['candidates', tenant, person],
      ['data-keys', tenant, person],
      ['admission-codes', 'installation', hash],
      ['published', 'installation', `in-force-${release.slice(0, release.lastIndexOf('-'))}`],
    ]);
  }, 240_000);

  it('is named: an agency, whose sessions the checkpoints list', async () => {
    await named([['agencies', 'installation', tenant]]);
  }, 240_000);

  it('is named: a release that sessions were held with', async () => {
    const [first] = await inStorage(({ journal }) => journal.read(streamOf('session', 'mo-passed')));
    const releases = first?.events.find(({ type }) => type === 'registered')?.['releases'];
    await named([['published', 'installation', `release-${String(Object.values(Object(releases))[0])}`]]);
  }, 240_000);
});
