/**
 * Whoever can write to the database, and does not have the secret: what they make, change or take away is refused by
 * the running server before anything follows from it, and named by `meetlat verify`.
 */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Account, accounts } from '../../people/staff/account.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { Anchor, checkpoints } from '../../storage/journal/checkpoint.ts';
import { openOldLmdb, openOldMongo } from '../fixtures/open-old-data.ts';
import { checkpointMark } from '../../words/checkpoint-mark.ts';
import { hasMongo } from '../mongo.ts';
import { tamperedWith, tenant } from './tampered.ts';

describe.each([
  ['LMDB', true, openOldLmdb],
  ['MongoDB', hasMongo(true), openOldMongo],
] as const)('the database changed without the secret, on %s', (_, isThere, open) => {
  if (!isThere) {
    it.skip('needs a mongod');
    return;
  }
  const { opened, meetlat, audited, inStorage, post, streamOf } = tamperedWith(open);

  it('is sound before; an auditor needs neither the secret nor the keys of the storage', async () => {
    const output = meetlat(['verify', '--all']);
    expect(output).toMatch(/^VERIFIED$/m);
    expect(output).toContain('seals       checked on all that was read');
    const [, newest = ''] = /^newest {6}(\d+:[0-9a-f]{64})$/m.exec(output) ?? [];
    const audit = audited('--anchor', newest);
    expect(audit).toMatch(/^VERIFIED$/m);
    expect(audit).toContain('seals       not checked');
    // As somebody keeps it at home, and with one digit changed.
    const { checkpoint } = z
      .object({ checkpoint: Anchor })
      .parse(await (await post('/public/result', { key: opened().data.sessions['mo-failed'].key })).json());
    const mark = checkpointMark(checkpoint);
    expect(meetlat(['verify', '--all', '--anchor', mark])).toMatch(/^VERIFIED$/m);
    const other = mark.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    expect(meetlat(['verify', '--all', '--anchor', other])).toContain('is not the one that was published');
    expect(meetlat(['verify', '--all', '--anchor', `999${newest.slice(newest.indexOf(':'))}`])).toContain(
      'checkpoint-removed: checkpoint 999',
    );
  }, 120_000);

  it('a failed candidate gets neither pass nor certificate by a commit made past the program', async () => {
    const { key } = opened().data.sessions['mo-failed'];
    await inStorage(async ({ journal }) => {
      const stream = streamOf('result', 'mo-failed');
      const commits = await journal.read(stream);
      const last = commits.at(-1);
      const released = commits.flatMap(({ events }) => events).find(({ type }) => type === 'released');
      if (last === undefined || released === undefined) throw new Error('no result');
      const at = toInstant(Date.parse(last.at) + 1000);
      const result = { ...Object(released['result']), outcome: 'pass', score: 41 };
      await journal.append(stream, {
        expectedVersion: last.version,
        previousHash: last.hash,
        at,
        events: [{ type: 'corrected', schema: 1, at, result, by: 'nobody', reason: 'forged' }],
        pending: [
          { kind: 'result-corrected', data: {} },
          { kind: 'result-released', data: {} },
        ],
      });
    });
    await opened().server.stop();
    await opened().server.launch();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const reply = await post('/public/result', { key });
    const text = await reply.text();
    expect(text).not.toContain('"pass"');
    expect(text).not.toContain('credential');
    const certificate = await inStorage(async (storage) =>
      (await storage.collection({ name: 'certificates', indexes: {} })).get({
        tenant,
        id: streamOf('result', 'mo-failed').id,
      }),
    );
    expect(certificate).toBeUndefined();
    expect(meetlat(['verify', '--all'])).toMatch(/NOT VERIFIED/);
    expect(meetlat(['verify', '--all'])).toContain(`result ${tenant}/${streamOf('result', 'mo-failed').id}`);
  }, 120_000);

  it('a database without its newest checkpoints is not followed, and the start says so', async () => {
    await opened().server.stop();
    await inStorage(async (storage) => {
      const collection = await storage.collection({ name: checkpoints.name, indexes: checkpoints.indexes });
      for (const stored of await collection.every()) await collection.remove(stored, stored.revision);
    });
    await expect(opened().server.launch()).rejects.toThrow(
      /meetlat: checkpoint \d+ \([0-9a-f]{64}\) was written here, but the storage ends at number 0/,
    );
    expect(opened().server.output).toContain('meetlat accept-backup --by NAME --reason TEXT');
    expect(meetlat(['verify', '--all'])).toMatch(/was published, the storage ends at number 0/);
    // Whoever puts an older copy back on purpose says so, by name, for good.
    expect(meetlat(['accept-backup', '--by', 'An Peeters'])).toContain('needs --by NAME and --reason TEXT');
    expect(meetlat(['accept-backup', '--by', 'An Peeters', '--reason', 'a disk broke'])).toMatch(
      /^accepted by An Peeters/m,
    );
    await opened().server.launch();
    const after = audited();
    expect(after).toMatch(/^backup {6}put back .* said by An Peeters: a disk broke; it ended at 0/m);
    expect(after).toMatch(/NOT VERIFIED/);
  }, 120_000);

  it('an account whose role or password was written past the program lets nobody in', async () => {
    const examiner = await opened().server.account('examiner');
    await inStorage(async (storage) => {
      const all = await storage.collection<Account, never>({ name: accounts.name, indexes: {} });
      const stored = await all.get({ tenant, id: examiner.account });
      if (stored === undefined) throw new Error('no account');
      await all.replace(stored, stored.revision, { ...stored.value, roles: ['invigilator', 'designer', 'examiner'] });
      await all.insert({ tenant, id: `intruder@${tenant}` }, { ...stored.value, name: 'Intruder' });
    });
    for (const account of [examiner.account, `intruder@${tenant}`]) {
      const reply = await post('/staff/login', { account, password: examiner.password });
      expect(reply.ok).toBe(false);
      expect(reply.headers.get('set-cookie')).toBeNull();
    }
  });
});
