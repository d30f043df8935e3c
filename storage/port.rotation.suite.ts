/** The secret is changed: all that was kept opens with the next one alone, whoever was killed on the way. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DataKeys } from './keys/data-keys.ts';
import { type Rotated, rotateSecret, secretRotations } from './keys/rotation.ts';
import { forgedDocuments, sealStorage } from './keys/sealed-storage.ts';
import { SigningKeys, signingKeyRenewal, signingKeys } from './keys/signing-keys.ts';
import { Wrapping } from './keys/wrapping.ts';
import type { CollectionDefinition, Storage } from './port.ts';
import { after, first } from './port.journal.suite.ts';
import type { Bench, OpenedStorage } from './port.suite.ts';

const rights: CollectionDefinition<{ readonly role: string }, never> = {
  name: 'suite-rights',
  indexes: {},
  sealed: true,
};
const sealed = [rights, signingKeys];
const now = (): string => '2026-11-28T10:00:00.000Z';
const random = (bytes: number) => randomBytes(bytes);
const [former, next] = ['the former secret', 'the next secret'];
const stream = { tenant: 'agency', kind: 'session', id: 's1' };
const forged = { tenant: 'agency', kind: 'session', id: 'forged' };
const ann = { tenant: 'agency', id: 'ann' };
const released = { kind: 'released', data: {} };

/** A storage of which each write may fail, or be told of. */
function watched(storage: Storage, write: (n: number) => void | Promise<unknown>): Storage {
  let writes = 0;
  const telling = <T extends object>(target: T, names: readonly string[]): T =>
    new Proxy(target, {
      get: (of, name) => {
        const member: unknown = Reflect.get(of, name);
        if (typeof member !== 'function') return member;
        return async (...given: readonly unknown[]) => {
          if (names.includes(String(name))) await write((writes += 1));
          return Reflect.apply(member, of, given);
        };
      },
    });
  return {
    ...storage,
    engineJournal: telling(storage.engineJournal, ['putSeal', 'append']),
    collection: async (definition) => telling(await storage.collection(definition), ['replace', 'insert']),
  };
}

export function rotationSuite({ another }: Bench): void {
  describe('a rotated secret', () => {
    let opened: OpenedStorage;
    let kid: string | undefined;
    let dataKey: Uint8Array | undefined;
    const openedBy = async (secret: string, storage = opened.storage) => {
      const wrapping = await Wrapping.open({ storage, secret, random });
      const program = sealStorage(storage, wrapping);
      const ports = { storage: program, wrapping, random, now };
      return { wrapping, program, dataKeys: await DataKeys.open(ports), signing: await SigningKeys.open(ports) };
    };
    async function rotate(storage = opened.storage): Promise<Rotated | undefined> {
      const rotation = await Wrapping.rotate({ storage, secret: former, random }, next);
      if (rotation === undefined) return undefined;
      const dataKeys = await DataKeys.open({ storage, wrapping: rotation.former, random, now });
      const ports = { storage, rotation, dataKeys, sealed, renewals: [signingKeyRenewal(rotation)], now };
      return rotateSecret(ports, { by: 'An Peeters', reason: 'Bo left' });
    }
    /** All that was there, by the next secret; and that the former one opens nothing. */
    async function expectWhole(): Promise<void> {
      const { program, dataKeys, signing } = await openedBy(next);
      expect((await program.journal.read(stream)).map(({ version }) => version)).toEqual([1, 2]);
      const work = (await program.journal.pending(10)).filter((one) => one.stream.id === stream.id);
      expect(work).toEqual([{ stream, version: 2, consequences: [released] }]);
      expect((await (await program.collection(rights)).get(ann))?.value).toEqual({ role: 'invigilator' });
      expect(await dataKeys.dataKeyOf('agency', 'p1', false)).toEqual(dataKey);
      expect(await dataKeys.dataKeyOf('agency', 'erased', true)).toBeUndefined();
      await dataKeys.openAll();
      expect((await signing.jwks()).keys.map((key) => key.kid)).toEqual([kid]);
      expect(await signing.sign('x')).toMatch(/^[\w-]+\./);
      expect(await secretRotations(opened.storage)).toEqual([{ at: now(), by: 'An Peeters', reason: 'Bo left' }]);
      await expect(Wrapping.open({ storage: opened.storage, secret: former, random })).rejects.toMatchObject({
        code: 'wrong-secret',
      });
    }

    beforeEach(async () => {
      opened = await another();
      const { program, dataKeys, signing } = await openedBy(former);
      const one = await program.journal.append(stream, first([{ type: 'begun' }]));
      await program.journal.append(stream, after(one, [{ type: 'ended' }], [released]));
      await (await program.collection(rights)).insert(ann, { role: 'invigilator' });
      dataKey = await dataKeys.dataKeyOf('agency', 'p1', true);
      await dataKeys.dataKeyOf('agency', 'erased', true);
      await dataKeys.destroyDataKey('agency', 'erased');
      kid = (await signing.jwks()).keys[0]?.kid;
    });
    afterEach(() => opened.end());

    it('opens all that was kept, says who changed it, and is the secret from then on', async () => {
      expect(await rotate()).toEqual({ commits: 2, documents: 2, keys: 1, left: [] });
      await expectWhole();
      expect(await rotate().catch((error: unknown) => error)).toBeUndefined();
    });

    it('is begun by whoever has the former one alone', async () => {
      const wrong = { storage: opened.storage, secret: 'another secret', random };
      await expect(Wrapping.rotate(wrong, next)).rejects.toMatchObject({ code: 'wrong-secret' });
      expect(await Wrapping.isRotating(opened.storage)).toBe(false);
      await openedBy(former);
    });

    it('is finished by whoever comes after a kill at any write, and opens to nobody meanwhile', async () => {
      let kills = 0;
      for (;;) {
        // Each gets one write done, so that every state on the way is one that somebody finds.
        const dying = watched(opened.storage, (write) => {
          if (write > 1) throw new Error('killed');
        });
        const outcome = await rotate(dying).catch((error: unknown) => error);
        if (!(outcome instanceof Error)) break;
        expect(outcome.message).toBe('killed');
        kills += 1;
        for (const secret of [former, next])
          await expect(openedBy(secret)).rejects.toMatchObject({ code: 'secret-rotating' });
        const wrong = { storage: opened.storage, secret: former, random };
        await expect(Wrapping.rotate(wrong, 'a third secret')).rejects.toMatchObject({ code: 'wrong-secret' });
      }
      expect(kills).toBe(7);
      await expectWhole();
    }, 300_000);

    it('is on what somebody wrote who had opened the storage before', async () => {
      const late = await openedBy(former);
      // The walk over the commits has gone by this place when it writes for the last time.
      const passed = { ...stream, id: 'r1' };
      const meanwhile = watched(opened.storage, (write) =>
        write === 6 ? late.program.journal.append(passed, first([{ type: 'late' }])) : undefined,
      );
      expect(await rotate(meanwhile)).toMatchObject({ commits: 3, left: [] });
      expect(await (await openedBy(next)).program.journal.read(passed)).toHaveLength(1);
    });

    it('makes nothing good that was not: it is left, named, and refused as before', async () => {
      await opened.storage.journal.append(forged, first([{ type: 'pass' }]));
      const raw = await opened.storage.collection({ ...rights, sealed: false });
      await raw.insert({ tenant: 'agency', id: 'bo' }, { role: 'administrator' });
      const left = ['session agency/forged, version 1', 'suite-rights agency/bo'];
      expect([...((await rotate())?.left ?? [])].sort()).toEqual(left);
      const { program, wrapping } = await openedBy(next);
      await expect(program.journal.read(forged)).rejects.toMatchObject({ code: 'corrupt-storage' });
      const found = await forgedDocuments(opened.storage, wrapping, sealed);
      expect(found.forged).toEqual(['suite-rights agency/bo']);
    });

    it('keeps the keys that marked clips, of every former secret', async () => {
      const marking = (await openedBy(former)).wrapping.derive('clips');
      await rotate();
      const second = await openedBy(next);
      const keys = await second.wrapping.clipKeys();
      expect(keys.map((key) => Buffer.from(key))).toEqual([second.wrapping.derive('clips'), marking].map(Buffer.from));
      const again = { storage: opened.storage, secret: next, random };
      const rotation = await Wrapping.rotate(again, 'the third secret');
      if (rotation === undefined) throw new Error('not begun');
      await rotation.next.followed(rotation);
      const third = await Wrapping.open({ ...again, secret: 'the third secret' });
      expect((await third.clipKeys()).slice(1).map((key) => Buffer.from(key))).toEqual(
        [marking, second.wrapping.derive('clips')].map(Buffer.from),
      );
    });

    it('is told to whoever still works with the former one, as soon as it begins', async () => {
      const { wrapping } = await openedBy(former, await opened.again());
      const [changed, failed] = [vi.fn(), vi.fn()];
      const stop = wrapping.whenChanged(changed, failed);
      await rotate();
      await vi.waitFor(() => expect(changed).toHaveBeenCalled(), { timeout: 10_000 });
      const late = vi.fn();
      const stopLate = wrapping.whenChanged(late, failed);
      await vi.waitFor(() => expect(late).toHaveBeenCalled(), { timeout: 10_000 });
      expect(failed).not.toHaveBeenCalled();
      stop();
      stopLate();
    });
  });
}
