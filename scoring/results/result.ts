/**
 * A result: opened at attendance, provisional while something waits, released once; later corrections are events of the
 * same stream.
 */
import { z } from 'zod';
import type { Immutable } from '../../storage/document/immutable.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { JsonObject } from '../../storage/document/json.ts';
import { EventOrderError } from '../../storage/journal/stream.ts';
import { defined } from '../../storage/document/defined.ts';
import type { ScoreDifference } from '../assurance/compare.ts';
import { Amendment } from './amendment.ts';

const text = z.string();
const number = z.number();
export const PartResult = z.strictObject({
  /** `listening` and `speaking`, or a part of the form. */
  part: text,
  /** Ability in logits with its SE, how it was estimated, and whether the search ended at a bound. */
  theta: number.exactOptional(),
  thetaStandardError: number.exactOptional(),
  method: z.enum(['ml', 'map', 'wle', 'jeffreys', 'eap', 'fence', 'robust']).exactOptional(),
  converged: z.boolean().exactOptional(),
  atBound: z.enum(['lower', 'upper']).exactOptional(),
  bounds: z.strictObject({ lower: number, upper: number }).exactOptional(),
  /** On the reporting scale; `atLimit` when its limit was reached. */
  scale: number.exactOptional(),
  standardError: number.exactOptional(),
  level: text.exactOptional(),
  atLimit: z.boolean().exactOptional(),
  score: number.exactOptional(),
  max: number.exactOptional(),
  /** Mean category of each criterion. */
  criteria: z.record(text, number).exactOptional(),
  /** Ratings that the part rests on. */
  ratings: number.exactOptional(),
});
export type PartResult = Immutable<z.infer<typeof PartResult>>;

export const ResultContent = z.strictObject({
  /** void: the session was not completed or nothing could be rated; no decision, no attempt used. */
  outcome: z.enum(['pass', 'fail', 'void']),
  test: text,
  testDate: text,
  regime: z.strictObject({ id: text, validFrom: text, title: z.record(text, text) }),
  /** Version of the engine that estimated. */
  engine: text,
  level: text.exactOptional(),
  scale: number.exactOptional(),
  standardError: number.exactOptional(),
  required: text.exactOptional(),
  /** How probable the required level is, after so many hearings of every task; only where the regime decides by it. */
  probability: number.exactOptional(),
  hearings: z.int().positive().exactOptional(),
  /** Version of the raters' severities that the speaking part was measured with; results of before do not say. */
  severities: z.int().positive().exactOptional(),
  score: number.exactOptional(),
  max: number.exactOptional(),
  conditions: z.array(z.strictObject({ id: text, met: z.boolean(), have: text, need: text })),
  parts: z.array(PartResult),
});
export type ResultContent = Immutable<z.infer<typeof ResultContent>>;

const HeldBackMember = z.strictObject({ member: text, first: text, second: text });

const head = { schema: z.literal(1), at: z.iso.datetime() };
const why = { by: text, reason: text };
const ResultEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('attended'), ...head, session: text, candidate: text }),
  /** Something is known, something waits. */
  z.strictObject({ type: z.literal('provisional'), ...head, parts: z.array(PartResult) }),
  /** Decided, and not released: the second scorer says something else. */
  z.strictObject({ type: z.literal('held-back'), ...head, differences: z.array(HeldBackMember) }),
  z.strictObject({ type: z.literal('released'), ...head, result: ResultContent }),
  /** With an amendment it follows from the session's answers, else it is a person's word. */
  z.strictObject({
    type: z.literal('corrected'),
    ...head,
    result: ResultContent,
    ...why,
    confirmedBy: text.exactOptional(),
    amendment: Amendment.exactOptional(),
  }),
  z.strictObject({ type: z.literal('annulled'), ...head, ...why, confirmedBy: text.exactOptional() }),
]);
export type ResultEvent = Immutable<z.infer<typeof ResultEvent>>;

/** Throws for a type, a schema version or a member that is not known. */
export const readResultEvent = (recorded: JsonObject): ResultEvent => ResultEvent.parse(recorded);

/** `version` is that of the commit that says so. */
export interface CountingResult {
  readonly at: Instant;
  readonly result: ResultContent;
  readonly version: number;
  /** What the questions were amended by, all corrections together. */
  readonly amendment?: Amendment;
  /** A person said so, and it need not follow from the answers. */
  readonly isByHand: boolean;
}

export interface ResultState {
  readonly session: string;
  readonly candidate: string;
  readonly attendedAt: Instant;
  readonly provisional?: readonly PartResult[];
  /** Why it was held back, until it is released. */
  readonly heldBack?: { readonly at: Instant; readonly differences: readonly ScoreDifference[] };
  /** The result that counts now. */
  readonly released?: CountingResult;
  readonly corrections: number;
  readonly annulled?: { readonly at: Instant; readonly by: string; readonly reason: string };
}

/** The state after one more event. Throws EventOrderError when the event cannot follow. */
export function evolveResult(state: ResultState | undefined, event: ResultEvent, version: number): ResultState {
  if (event.type === 'attended') {
    if (state !== undefined) throw new EventOrderError(event.type, 'the result is open already');
    return { session: event.session, candidate: event.candidate, attendedAt: event.at, corrections: 0 };
  }
  if (state === undefined) throw new EventOrderError(event.type, 'a result begins with attendance');
  switch (event.type) {
    case 'provisional':
      return { ...state, provisional: event.parts };
    case 'held-back':
      return { ...state, heldBack: { at: event.at, differences: event.differences } };
    case 'released': {
      const { heldBack: _heldBack, ...rest } = state;
      return { ...rest, released: { at: event.at, result: event.result, version, isByHand: false } };
    }
    case 'corrected':
      return {
        ...state,
        released: {
          ...{ at: event.at, result: event.result, version, isByHand: event.amendment === undefined },
          ...defined({ amendment: event.amendment }),
        },
        corrections: state.corrections + 1,
      };
    case 'annulled':
      return { ...state, annulled: { at: event.at, by: event.by, reason: event.reason } };
  }
}

/** The result that counts, or counted until it was annulled; undefined while nothing is released. */
export const countingResult = (state: ResultState | undefined): CountingResult | undefined => state?.released;
