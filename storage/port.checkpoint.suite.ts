import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from './document/hash.ts';
import { canonicalBytes } from './document/json.ts';
import {
  type Anchor,
  type CheckpointMemory,
  checkpoints,
  checkpointHash,
  writeCheckpoint,
} from './journal/checkpoint.ts';
import { verifyCheckpoints } from './journal/verify-checkpoints.ts';
import { SigningKeys } from './keys/signing-keys.ts';
import { Wrapping } from './keys/wrapping.ts';
import { type StreamId, installationTenant } from './port.ts';
import { after, write } from './port.journal.suite.ts';
import type { Bench } from './port.suite.ts';

export function checkpointSuite({ opened, storage, tenant }: Bench): void {
  const at = '2026-11-23T10:00:00.000Z';
  let keys: SigningKeys | undefined;
  const signing = (): SigningKeys => {
    if (keys === undefined) throw new Error('no keys');
    return keys;
  };
  const random = (bytes: number) => randomBytes(bytes);
  const memory = (): CheckpointMemory => {
    let known: Anchor | undefined;
    return {
      recall: async () => known,
      remember: async (anchor) => {
        known = anchor;
      },
    };
  };
  const checkpoint = (remembered = memory()) =>
    writeCheckpoint({ storage: storage(), sign: signing().sign, at, memory: remembered });
  /** Findings about one tenant, and those about checkpoints. */
  const findings = async (stream: StreamId) => {
    const verified = await verifyCheckpoints({ storage: storage(), keys: await signing().jwks(), scopes: [stream] });
    return verified.findings
      .filter(({ where }) => where.includes(`${stream.tenant}/`) || where.startsWith('checkpoint'))
      .map(({ code, where }) => `${code}: ${where}`);
  };
  const session = (): StreamId => ({ tenant: tenant(), kind: 'session', id: 's1' });

  describe('checkpoints', () => {
    beforeAll(async () => {
      const wrapping = await Wrapping.open({ storage: storage(), secret: 'a secret of the suite', random });
      keys = await SigningKeys.open({ storage: storage(), wrapping, random, now: () => at });
    });

    it('list every changed head once, are numbered and linked, and verify', async () => {
      const stream = session();
      await write(storage().journal, stream, 2);
      const [written] = await checkpoint();
      expect(written).toBeDefined();
      expect(await checkpoint()).toEqual([]);
      await write(storage().journal, { ...stream, id: 's2' }, 1);
      const [next] = await checkpoint();
      expect(next?.number).toBe((written?.number ?? 0) + 1);
      expect(await findings(stream)).toEqual([]);
      const { newest } = await verifyCheckpoints({ storage: storage(), keys: await signing().jwks() });
      expect(newest).toEqual({ number: next?.number, hash: next === undefined ? '' : checkpointHash(next) });
    });

    it('still verify after the keys were rotated', async () => {
      const stream = session();
      await write(storage().journal, stream, 1);
      await signing().rotate();
      await checkpoint();
      expect(await findings(stream)).toEqual([]);
    });

    it('say nothing false of commits that wait for the next one', async () => {
      const stream = session();
      await write(storage().journal, stream, 1);
      expect(await findings(stream)).toEqual([]);
      await checkpoint();
    });

    it('show a removed stream and a removed tail', async () => {
      const [gone, cut] = [session(), session()];
      await write(storage().journal, gone, 2);
      await write(storage().journal, cut, 3);
      await checkpoint();
      await opened().tamper.removeCommits(gone, 1);
      await opened().tamper.removeCommits(cut, 3);
      expect(await findings(gone)).toEqual([`stream-removed: session ${gone.tenant}/s1, version 2`]);
      expect(await findings(cut)).toEqual([`tail-removed: session ${cut.tenant}/s1, version 3`]);
    });

    it('show an edited commit, also one rewritten with fitting hashes', async () => {
      const [edited, forged] = [session(), session()];
      await write(storage().journal, edited, 2);
      await write(storage().journal, forged, 1);
      await checkpoint();
      await opened().tamper.editCommit(edited, 2, (bytes) => bytes.map((byte, n) => (n === 20 ? byte ^ 1 : byte)));
      const bytes = canonicalBytes({
        ...forged,
        version: 1,
        at,
        previousHash: '0'.repeat(64),
        events: [{ type: 'another beginning' }],
      });
      await opened().tamper.forgeCommit(forged, 1, bytes, sha256(bytes));
      expect(await findings(edited)).toEqual([`commit-edited: session ${edited.tenant}/s1, version 2`]);
      expect(await findings(forged)).toEqual([`commit-edited: session ${forged.tenant}/s1, version 1`]);
    });

    it('show a removed, a forged and a re-signed checkpoint', async () => {
      const stream = session();
      const { journal } = storage();
      const collection = await storage().collection(checkpoints);
      const newest = async () =>
        (await collection.find(installationTenant, { index: 'number', equal: [], descending: true, limit: 1 }))
          .documents[0];
      await write(journal, stream, 1);
      await checkpoint();
      const last = await newest();
      if (last === undefined) throw new Error('no checkpoint');
      const anchor = { number: last.value.number, hash: checkpointHash(last.value) };

      const against = async (hash: string) => {
        const anchors = [{ ...anchor, hash }];
        const found = await verifyCheckpoints({ storage: storage(), keys: await signing().jwks(), anchors });
        return found.findings.filter(({ where }) => where === `checkpoint ${anchor.number}`).map(({ code }) => code);
      };
      expect(await against(anchor.hash)).toEqual([]);
      expect(await against(anchor.hash.slice(0, 16))).toEqual([]);
      expect(await against('0'.repeat(64))).toEqual(['checkpoint-forged']);

      await collection.remove(last, last.revision);
      expect(await findings(stream)).toEqual([`checkpoint-removed: session ${stream.tenant}/s1, version 1`]);
      const verified = await verifyCheckpoints({ storage: storage(), keys: await signing().jwks(), anchors: [anchor] });
      expect(verified.findings.map(({ where }) => where)).toContain(`checkpoint ${anchor.number}`);

      const restored = await collection.insert(last, { ...last.value, jws: `${last.value.jws.slice(0, -8)}AAAAAAAA` });
      expect(await findings(stream)).toContain(`checkpoint-forged: checkpoint ${anchor.number}`);
      await collection.replace(restored, 1, last.value);
      expect(await findings(stream)).toEqual([]);

      await write(journal, { ...stream, id: 's2' }, 1);
      await checkpoint();
      const put = await collection.get(last);
      if (put !== undefined) await collection.remove(put, put.revision);
      expect(await findings(stream)).toContain(`checkpoint-removed: checkpoint ${anchor.number}`);
      await collection.insert(last, last.value);
      expect(await findings(stream)).toEqual([]);
    });

    it('neither begin anew nor go on from another one, for whoever remembers the newest', async () => {
      const [stream, mine, others] = [session(), memory(), memory()];
      const collection = await storage().collection(checkpoints);
      await write(storage().journal, stream, 1);
      await checkpoint(others);
      await write(storage().journal, { ...stream, id: 's2' }, 1);
      await checkpoint(mine);
      await write(storage().journal, { ...stream, id: 's3' }, 1);
      const [last] = await checkpoint(others);
      expect(await checkpoint(mine)).toEqual([]);
      expect(await mine.recall()).toEqual(await others.recall());

      await write(storage().journal, { ...stream, id: 's4' }, 1);
      const stored = await collection.get({ tenant: installationTenant, id: `checkpoint-${last?.number}` });
      if (stored === undefined || last === undefined) throw new Error('no checkpoint');
      await collection.remove(stored, stored.revision);
      await expect(checkpoint(mine)).rejects.toMatchObject({ code: 'checkpoints-replaced' });
      const forged = await checkpoint();
      expect(forged[0]?.number).toBe(last.number);
      await write(storage().journal, { ...stream, id: 's5' }, 1);
      await expect(checkpoint(mine)).rejects.toMatchObject({ code: 'checkpoints-replaced' });
      await checkpoint();
    });

    it('are due a minute after a commit; instants that run backwards are named', async () => {
      const stream = session();
      const late = async (now: string) =>
        (
          await verifyCheckpoints({ storage: storage(), keys: await signing().jwks(), scopes: [stream], at: now })
        ).findings.filter(({ where }) => where.includes(`${stream.tenant}/`));
      const [one] = await write(storage().journal, stream, 1);
      expect(await late('2026-11-23T09:01:00.000Z')).toEqual([]);
      expect(await late('2026-11-23T09:01:00.001Z')).toMatchObject([{ code: 'checkpoint-late' }]);
      if (one !== undefined)
        await storage().journal.append(stream, { ...after(one, [{}]), at: '2026-11-23T08:59:59.999Z' });
      await checkpoint();
      expect(await late('2026-11-23T12:00:00.000Z')).toMatchObject([
        { code: 'clock-backwards', where: `session ${stream.tenant}/s1, version 2` },
      ]);
    });
  });
}
