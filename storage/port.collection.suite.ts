import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Collection,
  type CollectionDefinition,
  DuplicateKey,
  type Page,
  type Query,
  RevisionConflict,
  type Stored,
} from './port.ts';
import { InvalidDocument, InvalidQuery } from './port.query.ts';
import type { Bench } from './port.suite.ts';

interface RegisteredPerson {
  readonly name: string;
  readonly reference?: string | undefined;
  readonly centre?: string;
  readonly startsAt?: number;
  readonly open?: boolean;
  readonly more?: unknown;
}
type Index = 'reference' | 'centre' | 'startsAt';
const registered: CollectionDefinition<RegisteredPerson, Index> = {
  name: 'suite-registered',
  indexes: {
    reference: { fields: ['reference'], unique: true },
    centre: { fields: ['centre', 'startsAt'] },
    startsAt: { fields: ['startsAt'] },
  },
};
const free: CollectionDefinition<Record<string, unknown>, never> = { name: 'suite-free', indexes: {} };

const settled = async <R>(calls: readonly Promise<R>[]): Promise<{ won: R[]; lost: unknown[] }> => {
  const all = await Promise.allSettled(calls);
  return {
    won: all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    lost: all.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : [])),
  };
};

/** All pages of a query. */
async function pages<T, I extends string>(
  collection: Collection<T, I>,
  tenant: string,
  query: Query<I>,
): Promise<Stored<T>[]> {
  const documents: Stored<T>[] = [];
  let after: string | undefined;
  do {
    const page: Page<T> = await collection.find(tenant, { ...query, ...(after === undefined ? {} : { after }) });
    expect(page.documents.length).toBeLessThanOrEqual(query.limit ?? 100);
    documents.push(...page.documents);
    after = page.next;
  } while (after !== undefined);
  return documents;
}

export function collectionSuite({ opened, storage, tenant }: Bench): void {
  const open = () => storage().collection(registered);

  describe('a collection', () => {
    it('inserts, gets, replaces and removes by revision', async () => {
      const collection = await open();
      const key = { tenant: tenant(), id: 's1' };
      expect(await collection.get(key)).toBeUndefined();
      expect(await collection.insert(key, { name: 'one' })).toEqual({ ...key, revision: 1, value: { name: 'one' } });
      expect(await collection.replace(key, 1, { name: 'two' })).toEqual({
        ...key,
        revision: 2,
        value: { name: 'two' },
      });
      expect(await collection.get(key)).toEqual({ ...key, revision: 2, value: { name: 'two' } });
      await expect(collection.replace(key, 1, { name: 'three' })).rejects.toBeInstanceOf(RevisionConflict);
      await expect(collection.remove(key, 1)).rejects.toBeInstanceOf(RevisionConflict);
      await collection.remove(key, 2);
      expect(await collection.get(key)).toBeUndefined();
      await expect(collection.replace(key, 2, { name: 'three' })).rejects.toBeInstanceOf(RevisionConflict);
    });

    it('leaves out members that are undefined', async () => {
      const collection = await open();
      const key = { tenant: tenant(), id: 's1' };
      const inserted = await collection.insert(key, {
        name: 'one',
        reference: undefined,
        more: { deep: undefined, list: [1] },
      });
      expect(Object.keys(inserted.value)).toEqual(['more', 'name']);
      expect(JSON.stringify((await collection.get(key))?.value)).toBe('{"more":{"list":[1]},"name":"one"}');
    });

    it('keeps every JSON document as it is', async () => {
      const collection = await storage().collection(free);
      const agency = tenant();
      const name = fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
        .filter((text) => !text.startsWith('$') && !text.includes('\0') && text !== '__proto__');
      const json = fc.letrec((tie) => ({
        value: fc.oneof(
          { depthSize: 'small' },
          fc.constant(null),
          fc.boolean(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.integer(),
          fc.string({ unit: 'grapheme' }),
          fc.array(tie('value'), { maxLength: 3 }),
          fc.dictionary(name, tie('value'), { maxKeys: 3 }),
        ),
      })).value;
      let number = 0;
      await fc.assert(
        fc.asyncProperty(fc.dictionary(name, json, { maxKeys: 5 }), async (document) => {
          number += 1;
          const key = { tenant: agency, id: `d${number}` };
          await collection.insert(key, document);
          // Text has no −0.
          expect((await collection.get(key))?.value).toEqual(JSON.parse(JSON.stringify(document)));
        }),
        { numRuns: 60 },
      );
    });

    it('refuses what it cannot keep, and writes nothing then', async () => {
      const collection = await open();
      const agency = tenant();
      await expect(collection.insert({ tenant: agency, id: 'a' }, { name: 'x', more: Number.NaN })).rejects.toThrow();
      await expect(collection.insert({ tenant: agency, id: '' }, { name: 'x' })).rejects.toBeInstanceOf(
        InvalidDocument,
      );
      await expect(
        collection.insert({ tenant: agency, id: 'a' }, { name: 'x', reference: 'r'.repeat(3000) }),
      ).rejects.toBeInstanceOf(InvalidDocument);
      expect(await collection.get({ tenant: agency, id: 'a' })).toBeUndefined();
    });
  });

  describe('unique indexes', () => {
    it('refuse a second value, on insert and replace, and free it on replace and remove', async () => {
      const collection = await open();
      const agency = tenant();
      const [a, b] = [
        { tenant: agency, id: 'a' },
        { tenant: agency, id: 'b' },
      ];
      await collection.insert(a, { name: 'a', reference: 'r1' });
      await expect(collection.insert(a, { name: 'a', reference: 'r9' })).rejects.toMatchObject({
        code: 'duplicate-key',
        key: a,
      });
      await expect(collection.insert(b, { name: 'b', reference: 'r1' })).rejects.toMatchObject({
        code: 'duplicate-key',
        index: 'reference',
      });
      expect(await collection.get(b)).toBeUndefined();
      await collection.insert(b, { name: 'b', reference: 'r2' });
      await expect(collection.replace(b, 1, { name: 'b', reference: 'r1' })).rejects.toBeInstanceOf(DuplicateKey);
      expect((await collection.get(b))?.revision).toBe(1);
      await collection.replace(a, 1, { name: 'a', reference: 'r3' });
      await collection.replace(b, 1, { name: 'b', reference: 'r1' });
      await collection.remove(a, 2);
      await collection.replace(b, 2, { name: 'b', reference: 'r3' });
      const found = await collection.find(agency, { index: 'reference', equal: ['r3'] });
      expect(found.documents.map(({ id }) => id)).toEqual(['b']);
      expect((await collection.find(agency, { index: 'reference', equal: ['r1'] })).documents).toEqual([]);
    });

    it('do not hold documents that lack the field', async () => {
      const collection = await open();
      const agency = tenant();
      await collection.insert({ tenant: agency, id: 'a' }, { name: 'a' });
      await collection.insert({ tenant: agency, id: 'b' }, { name: 'b' });
      expect((await collection.find(agency, { index: 'reference', equal: [] })).documents).toEqual([]);
      await collection.insert({ tenant: agency, id: 'c' }, { name: 'c', centre: 'x' });
      expect((await collection.find(agency, { index: 'centre', equal: ['x'] })).documents).toEqual([]);
    });

    it('let one of 50 racing inserts win', async () => {
      const [first, second] = [await open(), await (await opened().again()).collection(registered)];
      const agency = tenant();
      const { won, lost } = await settled(
        Array.from({ length: 50 }, (_, n) =>
          (n % 2 ? first : second).insert({ tenant: agency, id: `s${n}` }, { name: `s${n}`, reference: 'the one' }),
        ),
      );
      expect(won).toHaveLength(1);
      expect(lost.every((error) => error instanceof DuplicateKey)).toBe(true);
      expect((await first.find(agency, { index: 'reference', equal: [] })).documents).toHaveLength(1);
    });
  });

  it('lets one of 50 racing replaces win, and loses no increment', async () => {
    const [first, second] = [await open(), await (await opened().again()).collection(registered)];
    const key = { tenant: tenant(), id: 'counter' };
    await first.insert(key, { name: 'counter', startsAt: 0 });
    const race = await settled(
      Array.from({ length: 50 }, (_, n) => (n % 2 ? first : second).replace(key, 1, { name: `by ${n}`, startsAt: 0 })),
    );
    expect(race.won).toHaveLength(1);
    expect(race.lost.every((error) => error instanceof RevisionConflict)).toBe(true);
    const increment = async (collection: Collection<RegisteredPerson, Index>): Promise<void> => {
      for (;;) {
        const stored = await collection.get(key);
        if (stored === undefined) throw new Error('The counter is gone');
        try {
          await collection.replace(key, stored.revision, {
            ...stored.value,
            startsAt: (stored.value.startsAt ?? 0) + 1,
          });
          return;
        } catch (error) {
          if (!(error instanceof RevisionConflict)) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, n) => increment(n % 2 ? first : second)));
    expect((await first.get(key))?.value.startsAt).toBe(12);
  });

  describe('find', () => {
    const text = fc.constantFrom('a', 'a\u0001', 'ab', 'b', 'é', 'z', '\u{1f600}', 'A', '');
    const document = fc.record({
      centre: text,
      startsAt: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-2.5, 0.5, 1e12)),
    });

    it('gives what a sorted list gives, whatever the page size', async () => {
      const collection = await open();
      const question = fc.record({
        centre: text,
        from: fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined }),
        below: fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined }),
        descending: fc.boolean(),
        limit: fc.integer({ min: 1, max: 7 }),
        whole: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(document, { maxLength: 14 }),
          fc.array(question, { minLength: 1, maxLength: 6 }),
          async (documents, questions) => {
            const agency = tenant();
            await Promise.all(
              documents.map((document, n) =>
                collection.insert({ tenant: agency, id: `s${n}` }, { name: 'n', ...document }),
              ),
            );
            for (const { centre, from, below, descending, limit, whole } of questions) {
              const range = {
                ...(from === undefined || whole ? {} : { from }),
                ...(below === undefined || whole ? {} : { below }),
              };
              const found = await pages(collection, agency, {
                index: 'centre',
                equal: whole ? [] : [centre],
                ...range,
                descending,
                limit,
              });
              const expected = documents
                .map((document, n) => ({ ...document, id: `s${n}` }))
                .filter(
                  (document) =>
                    whole ||
                    (document.centre === centre &&
                      (from === undefined || document.startsAt >= from) &&
                      (below === undefined || document.startsAt < below)),
                )
                .sort(
                  (a, b) =>
                    Buffer.compare(Buffer.from(a.centre), Buffer.from(b.centre)) ||
                    a.startsAt - b.startsAt ||
                    Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)),
                );
              expect(found.map(({ id }) => id)).toEqual(
                (descending ? expected.reverse() : expected).map(({ id }) => id),
              );
            }
          },
        ),
        { numRuns: 25 },
      );
    });

    it('has 100 documents a page unless told, and goes on where the page ended', async () => {
      const collection = await open();
      const agency = tenant();
      await Promise.all(
        Array.from({ length: 130 }, (_, n) =>
          collection.insert({ tenant: agency, id: `s${n}` }, { name: 'n', startsAt: n }),
        ),
      );
      const page = await collection.find(agency, { index: 'startsAt', equal: [] });
      expect(page.documents).toHaveLength(100);
      const rest = await collection.find(agency, {
        index: 'startsAt',
        equal: [],
        ...(page.next === undefined ? {} : { after: page.next }),
      });
      expect(rest.documents.map(({ value }) => value.startsAt)).toEqual(Array.from({ length: 30 }, (_, n) => 100 + n));
      expect(rest.next).toBeUndefined();
    });

    it('refuses a query that its index cannot answer', async () => {
      const collection = await open();
      await expect(collection.find('a', { index: 'reference', equal: ['x'], from: 'y' })).rejects.toBeInstanceOf(
        InvalidQuery,
      );
      await expect(collection.find('a', { index: 'reference', equal: ['x', 'y'] })).rejects.toBeInstanceOf(
        InvalidQuery,
      );
      await expect(collection.find('a', { index: 'reference', equal: [], limit: 1001 })).rejects.toBeInstanceOf(
        InvalidQuery,
      );
      await expect(collection.find('a', { index: 'reference', equal: [], after: 'nonsense' })).rejects.toBeInstanceOf(
        InvalidQuery,
      );
    });
  });

  it('keeps tenants apart', async () => {
    const collection = await open();
    const [one, two] = [tenant(), tenant()];
    await collection.insert({ tenant: one, id: 's' }, { name: 'one', reference: 'r', centre: 'c', startsAt: 1 });
    await collection.insert({ tenant: two, id: 's' }, { name: 'two', reference: 'r', centre: 'c', startsAt: 1 });
    expect((await collection.get({ tenant: one, id: 's' }))?.value.name).toBe('one');
    expect(
      (await collection.find(two, { index: 'centre', equal: ['c'] })).documents.map(({ value }) => value.name),
    ).toEqual(['two']);
    expect((await collection.find(`${one}0`, { index: 'centre', equal: [] })).documents).toEqual([]);
    await collection.remove({ tenant: one, id: 's' }, 1);
    expect((await collection.get({ tenant: two, id: 's' }))?.value.name).toBe('two');
  });

  it('tells who watches of each write in the tenant, until it stops', async () => {
    const [collection, sameName] = [await open(), await open()];
    const agency = tenant();
    const told: string[] = [];
    const stop = collection.watch(agency, (key) => {
      told.push(key.id);
    });
    await sameName.insert({ tenant: agency, id: 'a' }, { name: 'a' });
    await sameName.insert({ tenant: tenant(), id: 'other' }, { name: 'b' });
    await collection.replace({ tenant: agency, id: 'a' }, 1, { name: 'c' });
    await collection.remove({ tenant: agency, id: 'a' }, 2);
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(new Set(told)).toEqual(new Set(['a']));
    stop();
    await collection.insert({ tenant: agency, id: 'late' }, { name: 'd' });
    expect(told).not.toContain('late');
  });

  it('tells of the writes that others make through another opening', async () => {
    const [collection, elsewhere] = [await open(), await (await opened().again()).collection(registered)];
    const agency = tenant();
    const told: string[] = [];
    const stop = collection.watch(agency, ({ id }) => {
      told.push(id);
    });
    // Listening begins some time after watch returned; writes go on until one is heard.
    while (!told.includes('gone')) {
      const note = await elsewhere.insert({ tenant: agency, id: 'gone' }, { name: 'a' });
      await elsewhere.remove(note, 1);
      await elsewhere.insert({ tenant: tenant(), id: 'x' }, { name: 'x' });
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    }
    expect(new Set(told)).toEqual(new Set(['gone']));
    stop();
  });
}
