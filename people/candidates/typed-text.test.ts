/** What staff types about a person is kept under that person's key. */
import { describe, expect, it } from 'vitest';
import { CorruptStorage } from '../../storage/port.ts';
import { PersonErased, erasedText } from '../../storage/keys/person-cipher.ts';
import { TypedTexts } from './typed-text.ts';

const erased = new Set<string>();
/** Reversible, and nothing more: the real one has its own tests. */
const typed = new TypedTexts({
  seal: (owner, purpose, text) =>
    erased.has(owner.person)
      ? Promise.reject(new PersonErased(owner))
      : Promise.resolve(`p1.${Buffer.from(JSON.stringify([owner.person, purpose, text])).toString('base64url')}`),
  open: ({ person }, purpose, sealed) => {
    if (erased.has(person)) return Promise.resolve(undefined);
    const [of, what, text]: [string, string, string] = JSON.parse(Buffer.from(sealed.slice(3), 'base64url').toString());
    return of === person && what === purpose
      ? Promise.resolve(text)
      : Promise.reject(new CorruptStorage(person, 'was sealed for another'));
  },
});
const command = { type: 'pause', by: 'an@agii', reason: 'Amina felt ill' };

describe('what staff types about a person', () => {
  it('is recorded as ciphertext, and read by who may', async () => {
    const kept = await typed.sealReason('agii', 'c1', command);
    expect(kept).toMatchObject({ type: 'pause', by: 'an@agii', reason: expect.stringMatching(/^p1\./) });
    expect(await typed.read('agii', 'c1', kept.reason)).toBe(command.reason);
    await expect(typed.read('agii', 'c2', kept.reason)).rejects.toThrow(CorruptStorage);
  });
  it('is a note too', async () => {
    const kept = await typed.sealReason('agii', 'c1', { type: 'write-note', text: 'Amina felt ill' });
    expect(kept.text).toMatch(/^p1\./);
    expect(await typed.read('agii', 'c1', kept.text)).toBe('Amina felt ill');
  });
  it('of before is read as it is', async () => {
    expect(await typed.read('agii', 'c1', 'the fire alarm')).toBe('the fire alarm');
  });
  it('stays empty where nothing was typed, and as it is where nobody is known', async () => {
    expect(await typed.sealReason('agii', 'c1', { ...command, reason: ' ' })).toEqual({ ...command, reason: ' ' });
    expect(await typed.sealReason('agii', 'c1', { type: 'resume' })).toEqual({ type: 'resume' });
    expect(await typed.sealReason('agii', undefined, command)).toEqual(command);
  });
  it('is gone with the person, and nothing new is kept', async () => {
    const { reason } = await typed.sealReason('agii', 'c3', command);
    erased.add('c3');
    expect(await typed.read('agii', 'c3', reason)).toBeUndefined();
    expect(await typed.sealReason('agii', 'c3', command)).toEqual({ ...command, reason: erasedText });
    expect(await typed.read('agii', 'c3', erasedText)).toBeUndefined();
  });
});
