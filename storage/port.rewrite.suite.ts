/** A stream is rewritten once; what older checkpoints say of it still holds, and an edit still shows. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from './document/hash.ts';
import type { JsonObject } from './document/json.ts';
import { type Anchor, writeCheckpoint } from './journal/checkpoint.ts';
import { CommitSeals } from './journal/commit-seal.ts';
import { type RewritingPorts, bindRewrittenStreams, rewriteStream, rewrittenStreams } from './journal/rewritten.ts';
import { verifyCheckpoints } from './journal/verify-checkpoints.ts';
import { sealStorage } from './keys/sealed-storage.ts';
import { SigningKeys } from './keys/signing-keys.ts';
import { Wrapping } from './keys/wrapping.ts';
import { type EngineJournal, type Storage, type StreamId, genesisHash } from './port.ts';
import { after, first } from './port.journal.suite.ts';
import type { Bench, OpenedStorage } from './port.suite.ts';

const now = (): string => '2026-11-23T10:00:00.000Z';
const released = { kind: 'released', data: {} };

export function rewriteSuite({ another, tenant }: Bench): void {
  describe('a rewritten stream', () => {
    let opened: OpenedStorage;
    let program: Storage;
    let signing: SigningKeys;
    let ports: RewritingPorts;
    let stream: StreamId;
    let known: Anchor | undefined;
    beforeAll(async () => {
      opened = await another();
      const secret = { storage: opened.storage, secret: 'a secret', random: (bytes: number) => randomBytes(bytes) };
      const wrapping = await Wrapping.open(secret);
      program = sealStorage(opened.storage, wrapping);
      signing = await SigningKeys.open({ ...secret, storage: program, wrapping, now });
      ports = { storage: program, seals: new CommitSeals(wrapping.derive('journal')) };
    });
    afterAll(() => opened.end());

    const checkpoint = () =>
      writeCheckpoint({
        storage: program,
        sign: signing.sign,
        at: now(),
        memory: {
          recall: async () => known,
          remember: async (anchor) => {
            known = anchor;
          },
        },
      });
    /** What is found of this stream, without the secret. */
    const findings = async () =>
      (await verifyCheckpoints({ storage: opened.storage, keys: await signing.jwks(), scopes: [stream] })).findings
        .filter(({ where }) => where.includes(`${stream.tenant}/`) || where.startsWith('checkpoint'))
        .map(({ code }) => code);
    const change = async ([event]: readonly JsonObject[]) =>
      event?.['name'] === undefined ? undefined : [{ type: 'begun', person: 'p1.sealed' }];
    const rewrite = (through = ports): Promise<boolean> => rewriteStream(through, stream, change);
    const events = async () => (await program.journal.read(stream)).flatMap((commit) => commit.events);
    const asWritten = [{ type: 'begun', person: 'p1.sealed' }, { type: 'went-on' }, { type: 'ended' }];
    /** Gives up, as a process that is killed, before the n-th commit of a rewriting. */
    const killedBefore = (n: number): RewritingPorts => {
      const { engineJournal } = program;
      const dying: Pick<EngineJournal, 'rewrite'> = {
        rewrite: async (name, replacements) => {
          await engineJournal.rewrite(name, replacements.slice(0, n));
          throw new Error('killed');
        },
      };
      return {
        ...ports,
        storage: {
          ...program,
          engineJournal: new Proxy(engineJournal, {
            get: (target, name) => {
              if (name === 'rewrite') return dying.rewrite;
              const member: unknown = Reflect.get(target, name);
              return typeof member === 'function' ? member.bind(target) : member;
            },
          }),
        },
      };
    };

    beforeEach(async () => {
      stream = { tenant: tenant(), kind: 'session', id: 's1' };
      const one = await program.journal.append(stream, first([{ type: 'begun', name: 'Amina' }]));
      await checkpoint();
      const two = await program.journal.append(stream, after(one, [{ type: 'went-on' }]));
      await checkpoint();
      await program.journal.append(stream, after(two, [{ type: 'ended' }], [released]));
    });

    it('reads as it was changed, goes on, and keeps its pending work', async () => {
      expect(await rewrite()).toBe(true);
      expect(await events()).toEqual(asWritten);
      const work = (await program.journal.pending(1000)).filter((one) => one.stream.tenant === stream.tenant);
      expect(work).toEqual([{ stream, version: 3, consequences: [released] }]);
      const last = (await program.journal.read(stream)).at(-1);
      if (last === undefined) throw new Error('nothing is there');
      await program.journal.append(stream, after(last, [{ type: 'annulled' }]));
      expect(await rewrite()).toBe(true);
      expect(await events()).toEqual([...asWritten, { type: 'annulled' }]);
    });
    it('stays as it is where nothing is to change', async () => {
      const before = await program.journal.read(stream);
      expect(await rewriteStream(ports, stream, () => Promise.resolve(undefined))).toBe(false);
      expect(await program.journal.read(stream)).toEqual(before);
    });
    it('is what the checkpoints of before list, once the record is bound; the next one lists its head', async () => {
      await rewrite();
      expect(await findings()).toContain('commit-edited');
      expect(await bindRewrittenStreams(program, now)).toBeGreaterThan(0);
      expect(await findings()).toEqual([]);
      const [written] = await checkpoint();
      expect(JSON.stringify(Buffer.from(written?.jws.split('.')[1] ?? '', 'base64url').toString())).toContain(
        (await program.journal.read(stream)).at(-1)?.hash,
      );
      expect(await findings()).toEqual([]);
      const bound = await bindRewrittenStreams(program, now);
      expect(await bindRewrittenStreams(program, now)).toBe(bound);
    });
    it.each([0, 1, 2])('is finished by whoever comes after a kill at commit %i', async (n) => {
      await expect(rewrite(killedBefore(n))).rejects.toThrow('killed');
      expect(await rewrite()).toBe(true);
      expect(await events()).toEqual(asWritten);
      await bindRewrittenStreams(program, now);
      expect(await findings()).toEqual([]);
    });
    it('is rewritten once by two at the same time', async () => {
      let made = 0;
      const sealing = async (given: readonly JsonObject[]) =>
        (await change(given))?.map((event) => ({ ...event, n: (made += 1) }));
      await Promise.all([rewriteStream(ports, stream, sealing), rewriteStream(ports, stream, sealing)]);
      expect(await events()).toHaveLength(3);
      await bindRewrittenStreams(program, now);
      expect(await findings()).toEqual([]);
    });
    it('shows an edit, also to whoever has no secret', async () => {
      await rewrite();
      await bindRewrittenStreams(program, now);
      const last = (await program.journal.read(stream)).at(-1);
      const bytes = Buffer.from(
        Buffer.from(last?.bytes ?? [])
          .toString()
          .replace('ended', 'fixed'),
      );
      await opened.tamper.forgeCommit(stream, 3, bytes, sha256(bytes));
      expect(await findings()).toContain('commit-edited');
      await expect(program.journal.read(stream)).rejects.toMatchObject({ code: 'corrupt-storage' });
    });
    it('is not excused by a record that nobody bound', async () => {
      await rewrite();
      await bindRewrittenStreams(program, now);
      const records = await opened.storage.collection<Record<string, unknown>, never>({
        name: rewrittenStreams.name,
        indexes: {},
      });
      const [own] = (await records.every()).filter((record) => record.tenant === stream.tenant);
      if (own === undefined) throw new Error('no record');
      await records.replace(own, own.revision, { ...own.value, head: genesisHash });
      expect(await findings()).toContain('commit-edited');
      await records.replace(own, own.revision + 1, own.value);
    });
    it('of which the bytes are neither the old nor the new ones is named and left', async () => {
      await expect(rewrite(killedBefore(0))).rejects.toThrow('killed');
      const [commit] = await program.journal.read(stream);
      const bytes = Buffer.from(
        Buffer.from(commit?.bytes ?? [])
          .toString()
          .replace('Amina', 'Bilal'),
      );
      await opened.tamper.forgeCommit(stream, 1, bytes, sha256(bytes));
      await expect(rewrite()).rejects.toMatchObject({ code: 'corrupt-storage' });
      await opened.tamper.removeCommits(stream, 1);
    });
  });
}
