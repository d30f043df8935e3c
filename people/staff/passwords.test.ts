import { describe, expect, it } from 'vitest';
import { Passwords, type PasswordTask, TooManyPasswords, computePassword } from './passwords.ts';

/** Threads whose tasks end when the test says so. */
function heldThreads(count: number) {
  const running: { readonly task: PasswordTask; readonly end: (outcome: boolean) => void }[] = [];
  const thread = (task: PasswordTask) => new Promise<boolean>((end) => running.push({ task, end }));
  return { running, threads: Array.from({ length: count }, () => thread) };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('passwords', () => {
  it('are hashed and verified, never to the same hash twice', async () => {
    const passwords = new Passwords([async (task) => computePassword(task)], 4);
    const [one, two] = [await passwords.hash('een wachtwoord'), await passwords.hash('een wachtwoord')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await passwords.verify(one, 'een wachtwoord')).toBe(true);
    expect(await passwords.verify(one, 'een Wachtwoord')).toBe(false);
  });

  it('of two hundred at once two are computed, eight wait, and the others are refused at once', async () => {
    const { running, threads } = heldThreads(2);
    const passwords = new Passwords(threads, 8);
    const refused: unknown[] = [];
    let done = 0;
    const asked = Array.from({ length: 200 }, (_, n) =>
      passwords.verify('hash', `wachtwoord ${n}`).then(
        () => (done += 1),
        (error: unknown) => refused.push(error),
      ),
    );
    await settled();
    expect(running).toHaveLength(2);
    expect(refused).toHaveLength(190);
    expect(refused.every((error) => error instanceof TooManyPasswords)).toBe(true);
    for (let n = 0; n < 10; n += 1) {
      expect(running.length - n).toBeLessThanOrEqual(2);
      running[n]?.end(true);
      await settled();
    }
    await Promise.all(asked);
    expect(done).toBe(10);
    expect(running.map(({ task }) => task.password)).toEqual(Array.from({ length: 10 }, (_, n) => `wachtwoord ${n}`));
  });

  it('of a device that logged in before go first, however many others wait', async () => {
    const { running, threads } = heldThreads(1);
    const passwords = new Passwords(threads, 2);
    const others = ['a', 'b', 'c', 'd'].map((password) => passwords.verify('hash', password).catch(() => 'refused'));
    const known = passwords.verify('hash', 'known', true);
    for (let n = 0; n < 4; n += 1) {
      await settled();
      running[n]?.end(true);
    }
    expect(await Promise.all([...others, known])).toEqual([true, true, true, 'refused', true]);
    expect(running.map(({ task }) => task.password)).toEqual(['a', 'known', 'b', 'c']);
  });

  it('of two hundred at once from devices that nobody knows begin only as many as have a place', async () => {
    const { running, threads } = heldThreads(2);
    const passwords = new Passwords(threads, 8);
    let begun = 0;
    const asked = Array.from({ length: 200 }, (_, n) =>
      passwords.placed(async () => {
        begun += 1;
        // What is counted before a check takes a while.
        await settled();
        return passwords.verify('hash', `wachtwoord ${n}`);
      }),
    );
    const outcomes = Promise.allSettled(asked);
    for (let n = 0; n < 10; n += 1) {
      while (running[n] === undefined) await settled();
      running[n]?.end(true);
    }
    expect((await outcomes).filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(begun).toBe(10);
    await expect(passwords.placed(() => Promise.resolve('again'))).resolves.toBe('again');
  });

  it('whose thread fails do not keep the thread', async () => {
    let calls = 0;
    const passwords = new Passwords(
      [
        async () => {
          calls += 1;
          if (calls === 1) throw new Error('the thread died');
          return true;
        },
      ],
      1,
    );
    await expect(passwords.verify('hash', 'a')).rejects.toThrow('died');
    expect(await passwords.verify('hash', 'a')).toBe(true);
  });
});
