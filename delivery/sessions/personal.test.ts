import { describe, expect, it } from 'vitest';
import { CorruptStorage } from '../../storage/port.ts';
import { type RegisteredPerson, RegisteredPersons, resultKeyHash } from './personal.ts';
import { readSessionEvent, writeSessionEvent } from './recorded.ts';
import { civicTest, terms } from './example.suite.ts';

const amina: RegisteredPerson = {
  name: 'Amina Voorbeeld',
  birthDate: '1990-05-17',
  reference: 'KBI-1',
  resultKey: 'k-7f3a91',
};
/** Reversible, and nothing more: the real one has its own tests. */
const cipher = {
  seal: (owner: object, purpose: string, text: string) =>
    Promise.resolve(`p1.${Buffer.from(JSON.stringify([owner, purpose, text])).toString('base64url')}`),
  open: (owner: object, purpose: string, sealed: string) => {
    const [of, what, text]: [object, string, string] = JSON.parse(Buffer.from(sealed.slice(3), 'base64url').toString());
    expect([of, what]).toEqual([owner, purpose]);
    return Promise.resolve(text === 'erased' ? undefined : text);
  },
  watch: () => () => undefined,
};
const persons = new RegisteredPersons(cipher);

describe('who a session is of', () => {
  it('is recorded as ciphertext and the hash of the result key, and read by who may', async () => {
    const recorded = await persons.seal('agii', 'c1', amina);
    expect(recorded).toEqual({
      personal: expect.stringMatching(/^p1\./),
      resultKeyHash: resultKeyHash(amina.resultKey),
    });
    for (const word of Object.values(amina)) expect(JSON.stringify(recorded)).not.toContain(word);
    expect(await persons.of('agii', { candidate: 'c1', ...recorded })).toEqual(amina);
  });
  it('is nobody once the person is erased', async () => {
    const personal = await cipher.seal({ tenant: 'agii', person: 'c1' }, 'registration', 'erased');
    expect(await persons.of('agii', { candidate: 'c1', personal })).toBeUndefined();
  });
  it('of a session of before is read in the present form, recorded as it was, and not shown', async () => {
    const { personal: _personal, resultKeyHash: _hash, ...rest } = terms(civicTest);
    const before = {
      ...{ type: 'registered', schema: 1, at: '2026-11-23T09:00:00.000Z', ...rest },
      ...{ candidateName: amina.name, resultKey: amina.resultKey },
    };
    const event = readSessionEvent({ ...before, accommodations: { ...rest.accommodations } });
    expect(event).toMatchObject({
      personal: { candidateName: amina.name, resultKey: amina.resultKey },
      resultKeyHash: resultKeyHash(amina.resultKey),
    });
    expect(writeSessionEvent(event)).toEqual(before);
    const personal = { candidateName: amina.name, resultKey: amina.resultKey };
    await expect(persons.of('agii', { candidate: 'c1', personal })).rejects.toBeInstanceOf(CorruptStorage);
  });
});
