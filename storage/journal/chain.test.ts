import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorruptStorage, type Commit, type StreamId, genesisHash } from '../port.ts';
import { buildCommit, openChain } from './chain.ts';

const stream: StreamId = { tenant: 'agency', kind: 'session', id: 's1' };
const at = '2026-11-23T09:00:00.000Z';

function chain(batches: readonly (readonly { readonly type: string }[])[]): readonly Commit[] {
  const commits: Commit[] = [];
  for (const events of batches)
    commits.push(
      buildCommit(stream, {
        expectedVersion: commits.length,
        previousHash: commits.at(-1)?.hash ?? genesisHash,
        at,
        events,
      }),
    );
  return commits;
}

const batches = fc.array(fc.array(fc.record({ type: fc.string({ unit: 'grapheme' }) }), { maxLength: 3 }), {
  minLength: 1,
  maxLength: 6,
});

describe('a chain of commits', () => {
  it('opens as it was built, whole or from any version', () => {
    fc.assert(
      fc.property(batches, fc.nat(), (events, pick) => {
        const commits = chain(events);
        expect(openChain(stream, commits)).toEqual(commits);
        const from = pick % commits.length;
        expect(openChain(stream, commits.slice(from + 1), commits[from])).toEqual(commits.slice(from + 1));
      }),
    );
  });

  it('shows any single changed byte, at its version', () => {
    fc.assert(
      fc.property(batches, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (events, which, where, change) => {
        const commits = chain(events);
        const version = (which % commits.length) + 1;
        const edited = commits.map((commit) =>
          commit.version === version
            ? {
                ...commit,
                bytes: commit.bytes.map((byte, n) => (n === where % commit.bytes.length ? byte ^ change : byte)),
              }
            : commit,
        );
        expect(() => openChain(stream, edited)).toThrow(`version ${version}`);
      }),
    );
  });

  it('shows a commit that was removed, but for the last', () => {
    fc.assert(
      fc.property(
        batches.filter((list) => list.length > 1),
        fc.nat(),
        (events, which) => {
          const commits = chain(events);
          const version = (which % (commits.length - 1)) + 1;
          expect(() =>
            openChain(
              stream,
              commits.filter((commit) => commit.version !== version),
            ),
          ).toThrow(`version ${version}: is missing`);
        },
      ),
    );
  });

  it('shows two commits that changed places, and a commit of another stream', () => {
    const commits = chain([[{ type: 'a' }], [{ type: 'b' }]]);
    expect(() => openChain(stream, [...commits].reverse())).toThrow(CorruptStorage);
    expect(() => openChain({ ...stream, id: 's2' }, commits)).toThrow('belongs to another place');
  });

  it('has the same hash for the same events, whatever the order of their members', () => {
    const append = { expectedVersion: 0, previousHash: genesisHash, at };
    expect(buildCommit(stream, { ...append, events: [{ a: 1, b: undefined, c: 2 }] }).hash).toBe(
      buildCommit(stream, { ...append, events: [{ c: 2, a: 1 }] }).hash,
    );
  });
});
