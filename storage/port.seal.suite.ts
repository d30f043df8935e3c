/** Whoever holds the database and not the secret makes no commit, no work and no deciding document. */
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { toInstant } from './document/instant.ts';
import { CommitSeals } from './journal/commit-seal.ts';
import { workPending } from './journal/pending.ts';
import { sealOldData, sealStorage } from './keys/sealed-storage.ts';
import { Wrapping } from './keys/wrapping.ts';
import {
  type CollectionDefinition,
  CorruptStorage,
  type Storage,
  type StreamId,
  installationStream,
  installationTenant,
} from './port.ts';
import { everyDocument } from './pages.ts';
import { after, first, write } from './port.journal.suite.ts';
import type { Bench } from './port.suite.ts';

interface Account {
  readonly name: string;
  readonly role: string;
}
const accounts: CollectionDefinition<Account, 'name'> = {
  name: 'suite-accounts',
  indexes: { name: { fields: ['name'], unique: true } },
  sealed: true,
};
const unsealedAccounts: CollectionDefinition<Account & { readonly seal?: string }, 'name'> = {
  name: accounts.name,
  indexes: { name: { fields: ['name'], unique: true } },
};

/** Makes the wrapping record what it was before there were seals: its check held nothing. */
async function unmark(storage: Storage, wrapping: Wrapping): Promise<void> {
  const records = await storage.collection<{ salt: string; check: string }, never>({ name: 'wrapping', indexes: {} });
  const record = await records.get({ tenant: installationTenant, id: 'wrapping' });
  if (record === undefined) throw new Error('no record');
  await records.replace(record, 1, { ...record.value, check: wrapping.wrap('check', new Uint8Array(0)) });
}

const now = () => toInstant(Date.parse('2026-11-27T09:00:00.000Z'));
const corrupt = { code: 'corrupt-storage' };
const released = { kind: 'released', data: { n: 1 } };

export function sealSuite({ opened, storage, another, tenant }: Bench): void {
  const random = (bytes: number) => randomBytes(bytes);
  const openWrapping = () => Wrapping.open({ storage: storage(), secret: 'a secret of the suite', random });
  let wrapping: Wrapping | undefined;
  /** As the program opens it. What the tests write to `storage()` is written by somebody without the secret. */
  const sealed = (): Storage => {
    if (wrapping === undefined) throw new Error('not opened');
    return sealStorage(storage(), wrapping);
  };
  const stream = (): StreamId => ({ tenant: tenant(), kind: 'result', id: 'r1' });
  const workOf = async (name: StreamId) =>
    (await sealed().journal.pending(10_000)).filter((work) => work.stream.tenant === name.tenant);

  describe('sealed storage', () => {
    beforeAll(async () => {
      wrapping = await openWrapping();
    });

    it('reads what it wrote, in any process that has the secret, also when its work was done', async () => {
      const name = stream();
      const one = await sealed().journal.append(name, first([{ type: 'begun' }], [released]));
      const two = await sealed().journal.append(name, after(one, [{ type: 'ended' }]));
      const elsewhere = sealStorage(await opened().again(), await openWrapping());
      expect(await elsewhere.journal.read(name)).toEqual([one, two]);
      expect(await workOf(name)).toEqual([{ stream: name, version: 1, consequences: [released] }]);
      await sealed().journal.clearPending(name, 1);
      expect(await sealed().journal.read(name)).toEqual([one, two]);
    });

    it('tells two writers of the same commit in one millisecond apart: one wrote it, the other did not', async () => {
      const name = stream();
      const one = await sealed().journal.append(name, first([{ type: 'begun' }]));
      const elsewhere = sealStorage(await opened().again(), await openWrapping());
      const both = [sealed(), sealed(), elsewhere].map(({ journal }) =>
        journal.append(name, after(one, [{ type: 'taken', fence: 1 }])),
      );
      const outcomes = await Promise.allSettled(both);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'version-conflict' });
      expect(await sealed().journal.read(name)).toHaveLength(2);
    });

    it('refuses a commit appended without the secret, and does not do its work', async () => {
      const name = stream();
      const one = await sealed().journal.append(name, first([{ type: 'fail' }]));
      await storage().journal.append(name, after(one, [{ type: 'pass' }], [released]));
      await expect(sealed().journal.read(name)).rejects.toMatchObject({
        ...corrupt,
        where: `result ${name.tenant}/r1, version 2`,
      });
      await expect(sealed().journal.read(name, 1)).rejects.toMatchObject(corrupt);
      expect((await workOf(name))[0]?.consequences).toBeInstanceOf(CorruptStorage);
      await storage().journal.clearPending(name, 2);
    });

    it('refuses a seal made with another secret, and the seal of another commit', async () => {
      const [forged, copied, genuine] = [stream(), stream(), stream()];
      const { make } = new CommitSeals(randomBytes(32));
      await storage().engineJournal.append(forged, { ...first([{ type: 'pass' }]), seal: make });
      const own = await sealed().journal.append(genuine, first([{ type: 'fail' }]));
      await storage().engineJournal.append(copied, { ...first([{ type: 'pass' }]), seal: () => own.seal ?? '' });
      for (const name of [forged, copied]) await expect(sealed().journal.read(name)).rejects.toMatchObject(corrupt);
    });

    it('does no work but what the commit was made with, and lets that of others pass', async () => {
      const [changed, invented, honest] = [stream(), stream(), stream()];
      await sealed().journal.append(changed, first([{ type: 'fail' }], [released]));
      await sealed().journal.append(invented, first([{ type: 'fail' }]));
      await sealed().journal.append(honest, first([{ type: 'pass' }], [released]));
      await opened().tamper.setPending(changed, 1, JSON.stringify([{ kind: 'released', data: { n: 2 } }]));
      await opened().tamper.setPending(invented, 1, JSON.stringify([released]));
      const applied: string[] = [];
      const step = await workPending({
        storage: sealed(),
        lease: { holder: 'suite', lifeMs: 10_000, now },
        apply: async (_consequence, origin) => {
          applied.push(origin.stream.tenant);
        },
      });
      expect(applied).toContain(honest.tenant);
      expect(applied).not.toContain(changed.tenant);
      expect(applied).not.toContain(invented.tenant);
      const failed = step.failed.map((one) => one.stream.tenant);
      expect(failed).toEqual(expect.arrayContaining([changed.tenant, invented.tenant]));
      for (const name of [changed, invented]) await storage().journal.clearPending(name, 1);
    });

    it('refuses a deciding document that was written, changed or moved without the secret', async () => {
      const agency = tenant();
      const [genuine, raw] = [await sealed().collection(accounts), await storage().collection(unsealedAccounts)];
      const ann = await genuine.insert({ tenant: agency, id: 'a' }, { name: 'ann', role: 'invigilator' });
      expect(ann.value).toEqual({ name: 'ann', role: 'invigilator' });
      const changed = await genuine.replace(ann, 1, { name: 'ann', role: 'examiner' });
      expect(await genuine.get(ann)).toEqual(changed);
      expect((await genuine.find(agency, { index: 'name', equal: ['ann'] })).documents).toEqual([changed]);

      const stored = await raw.get(ann);
      if (stored === undefined) throw new Error('not stored');
      await raw.insert({ tenant: agency, id: 'b' }, { ...stored.value, name: 'bob' });
      await raw.insert({ tenant: agency, id: 'c' }, { name: 'carl', role: 'administrator' });
      await raw.replace(ann, 2, { ...stored.value, role: 'administrator' });
      const dora = await genuine.insert({ tenant: agency, id: 'd' }, { name: 'dora', role: 'invigilator' });
      const elsewhere = { tenant: `${agency}-other`, id: 'd' };
      await raw.insert(elsewhere, (await raw.get(dora))?.value ?? dora.value);
      await expect(genuine.get(elsewhere)).rejects.toMatchObject(corrupt);
      for (const id of ['a', 'b', 'c'])
        await expect(genuine.get({ tenant: agency, id })).rejects.toMatchObject({
          ...corrupt,
          where: `suite-accounts ${agency}/${id}`,
        });
      await expect(genuine.find(agency, { index: 'name', equal: ['carl'] })).rejects.toMatchObject(corrupt);
      await expect(genuine.every(undefined, 10_000)).rejects.toMatchObject(corrupt);
    });

    it('goes past forged documents among many, names each, and refuses one that is asked for', async () => {
      const agency = tenant();
      const told = new Set<string>();
      const tell = ({ where }: CorruptStorage) => told.add(where);
      const telling = sealStorage(await opened().again(tell), await openWrapping(), tell);
      const [genuine, raw] = [await telling.collection(accounts), await storage().collection(unsealedAccounts)];
      for (const id of ['a', 'e']) await genuine.insert({ tenant: agency, id }, { name: id, role: 'invigilator' });
      for (const id of ['b', 'c', 'd']) await raw.insert({ tenant: agency, id }, { name: id, role: 'administrator' });
      await opened().tamper.spoilDocument(accounts.name, { tenant: agency, id: 'c' });
      const ids: string[] = [];
      for await (const { id } of everyDocument(genuine, agency, { index: 'name', equal: [], limit: 1 })) ids.push(id);
      expect(ids).toEqual(['a', 'e']);
      const page = { index: 'name', equal: [], limit: 1 } as const;
      const { next = '' } = await genuine.find(agency, page);
      expect((await genuine.find(agency, { ...page, after: next })).documents.map(({ id }) => id)).toEqual(['e']);
      const after = await genuine.every({ tenant: agency, id: 'a' }, 1);
      expect(after.map(({ id }) => id)).toEqual(['e']);
      expect([...told].sort()).toEqual(['b', 'c', 'd'].map((id) => `suite-accounts ${agency}/${id}`));
      for (const id of ['b', 'c', 'd'])
        await expect(genuine.get({ tenant: agency, id })).rejects.toMatchObject(corrupt);
      await expect(genuine.find(agency, { index: 'name', equal: ['b'] })).rejects.toMatchObject(corrupt);
      const again = genuine.insert({ tenant: agency, id: 'b' }, { name: 'f', role: 'invigilator' });
      await expect(again).rejects.toMatchObject({ code: 'duplicate-key' });
      for (const id of ['b', 'c', 'd'])
        await raw
          .remove({ tenant: agency, id }, 1)
          .catch((error: unknown) => expect(error).toMatchObject({ code: /./ }));
    });

    it('takes a forged document that says only what follows from elsewhere for a missing one', async () => {
      const key = { tenant: tenant(), id: 'a' };
      const told: string[] = [];
      const telling = sealStorage(storage(), await openWrapping(), ({ where }) => told.push(where));
      const derived = await telling.collection({ ...accounts, name: 'suite-derived', replaceable: true });
      const raw = await storage().collection({ ...unsealedAccounts, name: 'suite-derived' });
      await raw.insert(key, { name: 'forged', role: 'administrator' });
      expect(await derived.get(key)).toBeUndefined();
      expect(told).toEqual([`suite-derived ${key.tenant}/a`]);
      const written = await derived.insert(key, { name: 'ann', role: 'invigilator' });
      expect(await derived.get(key)).toEqual(written);
      await expect(derived.insert(key, { name: 'bob', role: 'x' })).rejects.toMatchObject({ code: 'duplicate-key' });
    });

    it('seals what is older than seals once, and never again', async () => {
      const { storage: old, end } = await another();
      try {
        const name = stream();
        const commits = await write(old.journal, name, 3);
        const third = commits[2];
        if (third === undefined) throw new Error('nothing was written');
        const last = await old.journal.append(name, after(third, [{ type: 'released' }], [released]));
        const raw = await old.collection(unsealedAccounts);
        await raw.insert({ tenant: 'x', id: 'a' }, { name: 'ann', role: 'invigilator' });
        const secret = { storage: old, secret: 'old', random };
        await unmark(old, await Wrapping.open(secret));
        const beforeSeals = await Wrapping.open(secret);
        expect(beforeSeals.isStorageSealed).toBe(false);
        const seal = () =>
          sealOldData({
            storage: old,
            wrapping: beforeSeals,
            now,
            sealed: [accounts],
            verify: async () => ({ findings: [] }),
          });
        await seal();
        const reopened = await Wrapping.open(secret);
        expect(reopened.isStorageSealed).toBe(true);
        const program = sealStorage(old, reopened);
        expect((await program.journal.read(name)).map(({ hash }) => hash)).toEqual(
          [...commits, last].map(({ hash }) => hash),
        );
        expect(await program.journal.pending(10)).toEqual([{ stream: name, version: 4, consequences: [released] }]);
        expect((await (await program.collection(accounts)).get({ tenant: 'x', id: 'a' }))?.value.role).toBe(
          'invigilator',
        );
        expect((await program.journal.read(installationStream)).flatMap(({ events }) => events)).toEqual([
          { type: 'storage-sealed', schema: 1, commits: 4, documents: 1, findings: 0 },
        ]);
        await old.journal.append({ ...name, id: 'r2' }, first([{ type: 'pass' }]));
        await seal();
        await expect(program.journal.read({ ...name, id: 'r2' })).rejects.toMatchObject(corrupt);
      } finally {
        await end();
      }
    });
  });
}
