/**
 * What lies in the database already, changed by somebody without the secret: work put on a commit, streams swapped, a
 * log rewritten, a name, an account, a code, a release changed, a tail dropped with its checkpoint. `meetlat verify`
 * names each; the running server lets nothing follow from it.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeHash } from '../../people/access/codes.ts';
import { buildCommit } from '../../storage/journal/chain.ts';
import { checkpoints } from '../../storage/journal/checkpoint.ts';
import { type AnyDefinition } from '../../storage/keys/sealed-storage.ts';
import type { Tampering } from '../../storage/port.suite.ts';
import { type Commit, type Storage, type StreamId, genesisHash } from '../../storage/port.ts';
import { openOldLmdb, openOldMongo } from '../fixtures/open-old-data.ts';
import { hasMongo } from '../mongo.ts';
import { tamperedWith, tenant } from './tampered.ts';

const code = 'aaaa-bbbb-ccccc';
const intruder = `intruder@${tenant}`;

/** The same events under another stream's name, with hashes that fit. */
async function rewrite(
  tampering: Tampering,
  stream: StreamId,
  commits: readonly Commit[],
  change: (events: Commit['events']) => Commit['events'] = (events) => events,
): Promise<void> {
  let previousHash: string = genesisHash;
  for (const { version, at, events } of commits) {
    const made = buildCommit(stream, { expectedVersion: version - 1, previousHash, at, events: change(events) });
    await tampering.forgeCommit(stream, version, made.bytes, made.hash);
    previousHash = made.hash;
  }
}

describe.each([
  ['LMDB', true, openOldLmdb],
  ['MongoDB', hasMongo(true), openOldMongo],
] as const)('what lies in the database changed without the secret, on %s', (_, isThere, open) => {
  if (!isThere) {
    it.skip('needs a mongod');
    return;
  }
  const { opened, meetlat, audited, inStorage, post, streamOf } = tamperedWith(open);
  beforeAll(async () => {
    await opened().server.stop();
  });

  const nameOf = ({ kind, id }: StreamId): string => `${kind} ${tenant}/${id}`;
  const read = (stream: StreamId) => inStorage(({ journal }) => journal.read(stream));
  /** Documents as they lie there, whatever they hold. */
  const documents = (storage: Storage, { name, indexes }: AnyDefinition) =>
    storage.collection<Record<string, unknown>, string>({ name, indexes });

  it('is named: a name, an account, a code; and the server takes none of them', async () => {
    const examiner = await opened().server.account('examiner');
    await inStorage(async (storage) => {
      const candidates = await documents(storage, { name: 'candidates', indexes: {} });
      const [candidate] = await candidates.every();
      if (candidate === undefined) throw new Error('no candidate');
      await candidates.replace(candidate, candidate.revision, { ...candidate.value, name: 'Somebody Else' });
      const accounts = await documents(storage, { name: 'accounts', indexes: {} });
      const account = await accounts.get({ tenant, id: examiner.account });
      if (account === undefined) throw new Error('no account');
      await accounts.insert({ tenant, id: intruder }, account.value);
      await (
        await documents(storage, { name: 'admission-codes', indexes: {} })
      ).insert(
        { tenant: 'installation', id: codeHash(code) },
        {
          ...{ tenant, session: opened().data.sessions['mo-open'].session, admits: true, by: examiner.account },
          validUntil: '2999-01-01T00:00:00.000Z',
        },
      );
    });
    const told = meetlat(['verify', '--all']);
    for (const place of [`accounts ${tenant}/${intruder}`, 'candidates demo/', 'admission-codes installation/'])
      expect(told).toContain(`FINDING     document-forged: ${place}`);
    expect(told).toMatch(/^NOT VERIFIED$/m);
    await opened().server.launch();
    expect((await post('/staff/login', { account: intruder, password: examiner.password })).ok).toBe(false);
    expect((await post('/candidate/admission', { code })).ok).toBe(false);
    await opened().server.stop();
  }, 240_000);

  it('is named: work put on a commit, streams swapped, a log rewritten; and nothing follows', async () => {
    const [failed, passed] = [streamOf('result', 'mo-failed'), streamOf('result', 'mo-passed')];
    const [failedCommits, passedCommits] = [await read(failed), await read(passed)];
    const [log, oral] = [streamOf('session', 'nt2-passed'), streamOf('result', 'nt2-passed')];
    const logCommits = await read(log);
    await opened().tampered(async (tampering) => {
      await tampering.setPending(oral, 1, JSON.stringify([{ kind: 'result-released', data: {} }]));
      await rewrite(tampering, failed, passedCommits);
      await rewrite(tampering, passed, failedCommits);
      await rewrite(tampering, log, logCommits, (events) =>
        events.map((event) => (event['type'] === 'signals' ? { ...event, signals: [] } : { ...event, note: '' })),
      );
    });
    const told = meetlat(['verify', '--all']);
    for (const stream of [failed, passed, log]) expect(told).toMatch(new RegExp(`FINDING.*${nameOf(stream)}`));
    expect(told).toContain(`FINDING     work-changed: ${nameOf(oral)}`);
    // Without the secret the checkpoints tell; of the work only the secret does.
    const audit = audited();
    for (const stream of [failed, passed, log])
      expect(audit).toMatch(new RegExp(`FINDING     commit-edited: ${nameOf(stream)}`));
    await opened().server.launch();
    const reply = await (await post('/public/result', { key: opened().data.sessions['mo-failed'].key })).text();
    expect(reply).not.toContain('"pass"');
    await opened().server.stop();
  }, 240_000);

  it('is named: a tail and its checkpoint dropped, a log rewritten and no checkpoint left', async () => {
    const cut = streamOf('session', 'mo-open');
    const last = (await read(cut)).length;
    await opened().tampered((tampering) => tampering.removeCommits(cut, last));
    const collection = (storage: Storage) =>
      storage.collection({ name: checkpoints.name, indexes: checkpoints.indexes });
    const newest = await inStorage(async (storage) => {
      const all = await collection(storage);
      const [one] = (await all.find('installation', { index: 'number', equal: [], descending: true, limit: 1 }))
        .documents;
      if (one === undefined) throw new Error('no checkpoint');
      await all.remove(one, one.revision);
      return one.value.number;
    });
    expect(audited()).toContain(`checkpoint-removed: checkpoint ${newest}: was published`);
    await expect(opened().server.launch()).rejects.toThrow(/meetlat: checkpoint \d+ \([0-9a-f]{64}\) was written here/);
    await inStorage(async (storage) => {
      const all = await collection(storage);
      for (const stored of await all.every()) await all.remove(stored, stored.revision);
    });
    // Whoever also removes what the machine remembers is still named: by the seals, and by what is in no checkpoint.
    await rm(join(opened().server.folder, 'last-checkpoint.json'));
    expect(meetlat(['verify', '--all'])).toContain(nameOf(streamOf('session', 'nt2-passed')));
    expect(audited()).toContain('is marked as in a checkpoint, but no checkpoint lists it');
  }, 240_000);

  it('is named: a release and which one is in force; and the server goes by neither', async () => {
    const before = await inStorage(async (storage) => {
      const publications = await documents(storage, { name: 'published', indexes: {} });
      const all = await publications.every();
      for (const one of all) await publications.replace(one, one.revision, { ...one.value, content: {} });
      return all;
    });
    const told = meetlat(['verify', '--all']);
    for (const { id } of before) expect(told).toContain(`FINDING     document-forged: published installation/${id}`);
    expect(told).toMatch(/^NOT VERIFIED$/m);
  }, 240_000);
});
