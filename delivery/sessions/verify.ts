/**
 * Recomputes a session from its journal alone: every choice of the engine, every form, every score, and compares it
 * with what was recorded. The chain itself is checked by reading. This is the only place that calls the engine for a
 * session that is over.
 */
import { canonicalJson } from '../../storage/document/json.ts';
import { eventsOf } from '../../storage/journal/stream.ts';
import type { Commit } from '../../storage/port.ts';
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import type { TestPart } from '../../item-bank/specifications/specification.ts';
import { completeItem, continueAdaptive, historyOf } from './adaptive-part.ts';
import type { SessionFacts } from './facts.ts';
import { assemblePractice } from './decide-operation.ts';
import { sessionStream } from './run.ts';
import { completeLinear, startLinear } from './linear-part.ts';
import { evolve } from './evolve.ts';
import type { EventBody, EventOf, Session, SessionEvent, SessionState, SessionTerms } from './session.ts';
import { startSpeaking } from './speaking-part.ts';

export interface SessionDifference {
  readonly version: number;
  readonly type: string;
  readonly recorded: string;
  readonly recomputed: string;
}

export interface Verification {
  readonly commits: number;
  readonly events: number;
  readonly head: string;
  /** Choices and scores that were recomputed. */
  readonly recomputed: number;
  readonly differences: readonly SessionDifference[];
  readonly engine: { readonly recorded: string; readonly present: string };
  readonly estimate?: { readonly theta: number; readonly standardError: number };
  /** Linear part: right answers among the scored positions. */
  readonly score?: { readonly right: number; readonly of: number };
}

const partOf = (state: SessionState, test: PinnedTest): TestPart | undefined =>
  test.specification.parts[state.completedParts.length];

/** What should have been recorded at this point; undefined where nothing was computed. */
function recompute(state: SessionState, event: SessionEvent, facts: SessionFacts): EventBody | undefined {
  const part = partOf(state, facts.test);
  const find = (bodies: readonly EventBody[]) => bodies.find((body) => body.type === event.type);
  switch (event.type) {
    case 'practice-assembled':
      return { type: 'practice-assembled', given: assemblePractice(state, facts) };
    case 'form-assembled':
      return part?.kind === 'linear' ? find(startLinear(state, part, facts)) : undefined;
    case 'form-scored':
      return part?.kind === 'linear' ? find(completeLinear(state, part, facts, 'submitted')) : undefined;
    case 'turns-assembled':
      return part?.kind === 'speaking' ? find(startSpeaking(state, part, facts)) : undefined;
    case 'item-presented': {
      const again =
        part?.kind === 'adaptive'
          ? find(continueAdaptive(state, part, historyOf(state.items), facts).events)
          : undefined;
      return again?.type === 'item-presented' ? drawnAsRecorded(event, again) : again;
    }
    case 'item-completed': {
      const item = state.items.find(({ handle }) => handle === event.handle);
      return part?.kind === 'adaptive' && item !== undefined ? find(completeItem(state, part, item, facts)) : undefined;
    }
    case 'part-completed':
      return part?.kind === 'adaptive'
        ? find(continueAdaptive(state, part, historyOf(state.items), facts).events)
        : undefined;
    default:
      return undefined;
  }
}

/** A session that recorded no draw is held to what it recorded then; what was drawn shows in the item all the same. */
const drawnAsRecorded = (
  recorded: EventOf<'item-presented'>,
  again: EventBody<'item-presented'>,
): EventBody<'item-presented'> =>
  'among' in recorded.stream
    ? again
    : { ...again, stream: { seed: again.stream.seed, purpose: 'selection', position: again.position } };

/** The body without its head, in one order of members, so that equal means equal. */
function bodyText(event: SessionEvent | EventBody): string {
  const { schema: _schema, at: _at, op: _op, ...body } = { schema: 1, at: '', op: undefined, ...event };
  return canonicalJson(body);
}

function scoreOf(state: SessionState): { score?: { right: number; of: number } } {
  if (state.form.length === 0) return {};
  const scored = state.items.filter((item) => item.scored);
  return { score: { right: scored.filter((item) => item.category === 1).length, of: scored.length } };
}

export class EmptySession extends Error {
  readonly code = 'empty-session';
  constructor() {
    super('the journal has no registration of this session');
    this.name = 'EmptySession';
  }
}

/** Throws EmptySession when nothing is there; every other disagreement is a SessionDifference. */
export function verifySession(
  commits: readonly Commit[],
  pinnedTest: (terms: SessionTerms) => PinnedTest,
  engine: string,
): Verification {
  let session: Session;
  let recomputed = 0;
  let count = 0;
  const differences: SessionDifference[] = [];
  for (const commit of commits) {
    for (const event of eventsOf(sessionStream, commit)) {
      count += 1;
      if (session !== undefined) {
        const expected = recompute(session, event, {
          now: event.at,
          test: pinnedTest(session.terms),
          sealed: new Map(),
        });
        if (expected !== undefined) {
          recomputed += 1;
          const [was, is] = [bodyText(event), bodyText(expected)];
          if (was !== is)
            differences.push({ version: commit.version, type: event.type, recorded: was, recomputed: is });
        }
      }
      session = evolve(session, event);
    }
  }
  if (session === undefined) throw new EmptySession();
  return {
    commits: commits.length,
    events: count,
    head: commits.at(-1)?.hash ?? '',
    recomputed,
    differences,
    engine: { recorded: session.terms.engine, present: engine },
    ...(session.estimate === undefined ? {} : { estimate: session.estimate }),
    ...scoreOf(session),
  };
}
