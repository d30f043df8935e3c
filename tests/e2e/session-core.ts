/**
 * The core of a session as a page would load it: replays what a journal holds, and recomputes it with the engine. The
 * test bundles this file for a browser and runs the same functions here.
 */
import { sha256 } from '../../storage/document/hash.ts';
import { canonicalJson } from '../../storage/document/json.ts';
import type { Commit } from '../../storage/port.ts';
import { adaptiveBank, adaptiveTest } from '../../item-bank/releases/adaptive-test.ts';
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import type { Release } from '../../item-bank/releases/release.ts';
import type { Specification } from '../../item-bank/specifications/specification.ts';
import { evolveAll } from '../../delivery/sessions/evolve.ts';
import type { SessionEvent } from '../../delivery/sessions/session.ts';
import { verifySession } from '../../delivery/sessions/verify.ts';

/** What a device must be given to hold a session without its server: plain data. */
export interface Recorded {
  readonly commits: readonly Omit<Commit, 'bytes'>[];
  readonly events: readonly SessionEvent[];
  readonly specification: Specification;
  readonly releases: readonly Release[];
}

export interface Replayed {
  readonly events: number;
  /** SHA-256 of the state in canonical JSON. */
  readonly state: string;
  /** Choices and scores that the engine made again, and those that came out otherwise. */
  readonly recomputed: number;
  readonly differences: number;
  readonly theta: number | undefined;
}

/** Maps have no JSON of their own: their entries, in the order they were set. */
const plain = (_: string, value: unknown): unknown => (value instanceof Map ? [...value.entries()] : value);

function pinnedTest({ specification, releases }: Recorded): PinnedTest {
  const items = releases.flatMap((release) => release.items);
  const parameters = releases.flatMap((release) => release.parameters);
  const part = specification.parts.find((candidate) => candidate.kind === 'adaptive');
  return {
    specification,
    items: new Map(items.map((item) => [item.id, item])),
    adaptive: part === undefined ? undefined : adaptiveTest(part, adaptiveBank(part, items, parameters)),
  };
}

export function replay(recorded: Recorded): Replayed {
  const state = evolveAll(undefined, recorded.events);
  const test = pinnedTest(recorded);
  const commits = recorded.commits.map((commit) => ({ ...commit, bytes: new Uint8Array() }));
  const { recomputed, differences, estimate } = verifySession(commits, () => test, '');
  return {
    events: recorded.events.length,
    state: sha256(canonicalJson(JSON.parse(JSON.stringify(state, plain)))),
    recomputed,
    differences: differences.length,
    theta: estimate?.theta,
  };
}
