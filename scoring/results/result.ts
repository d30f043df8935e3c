/**
 * A result: opened at attendance, provisional while something waits, released once; later corrections are events of the
 * same stream.
 */
import type { AbilityMethod } from 'itemresponsetheory';
import type { Instant } from '../../storage/document/instant.ts';
import { EventOrderError } from '../../storage/journal/stream.ts';
import type { Condition } from '../regimes/decide.ts';

export interface PartResult {
  readonly part: 'listening' | 'speaking' | 'values' | 'practical';
  /** Ability in logits with its SE, how it was estimated, and whether the search ended at a bound. */
  readonly theta?: number;
  readonly thetaStandardError?: number;
  readonly method?: AbilityMethod;
  readonly converged?: boolean;
  readonly atBound?: 'lower' | 'upper';
  readonly bounds?: { readonly lower: number; readonly upper: number };
  /** On the reporting scale; `atLimit` when its limit was reached. */
  readonly scale?: number;
  readonly standardError?: number;
  readonly level?: string;
  readonly atLimit?: boolean;
  readonly score?: number;
  readonly max?: number;
  /** Mean category of each criterion. */
  readonly criteria?: Readonly<Record<string, number>>;
  /** Ratings that the part rests on. */
  readonly ratings?: number;
}

export interface ResultContent {
  /** void: the sitting was not completed or nothing could be rated; no decision, no attempt used. */
  readonly outcome: 'pass' | 'fail' | 'void';
  readonly test: 'nt2-oral' | 'mo';
  readonly testDate: string;
  readonly regime: {
    readonly id: string;
    readonly validFrom: string;
    readonly title: Readonly<Record<string, string>>;
  };
  /** Version of the engine that estimated. */
  readonly engine: string;
  readonly level?: string;
  readonly scale?: number;
  readonly standardError?: number;
  readonly required?: string;
  readonly score?: number;
  readonly max?: number;
  readonly conditions: readonly Condition[];
  readonly parts: readonly PartResult[];
}

interface Events {
  attended: { readonly session: string; readonly candidate: string };
  /** Something is known, something waits. */
  provisional: { readonly parts: readonly PartResult[] };
  released: { readonly result: ResultContent };
  corrected: { readonly result: ResultContent; readonly by: string; readonly reason: string };
  annulled: { readonly by: string; readonly reason: string };
}
type EventBody = { [T in keyof Events]: { readonly type: T } & Events[T] }[keyof Events];
export type ResultEvent = EventBody & { readonly schema: 1; readonly at: Instant };

export interface ResultState {
  readonly session: string;
  readonly candidate: string;
  readonly attendedAt: Instant;
  readonly provisional?: readonly PartResult[];
  /** The result that counts now. */
  readonly released?: { readonly at: Instant; readonly result: ResultContent };
  readonly corrections: number;
  readonly annulled?: { readonly at: Instant; readonly by: string; readonly reason: string };
}

/** The state after one more event. Throws EventOrderError when the event cannot follow. */
export function evolveResult(state: ResultState | undefined, event: ResultEvent): ResultState {
  if (event.type === 'attended') {
    if (state !== undefined) throw new EventOrderError(event.type, 'the result is open already');
    return { session: event.session, candidate: event.candidate, attendedAt: event.at, corrections: 0 };
  }
  if (state === undefined) throw new EventOrderError(event.type, 'a result begins with attendance');
  switch (event.type) {
    case 'provisional':
      return { ...state, provisional: event.parts };
    case 'released':
      return { ...state, released: { at: event.at, result: event.result } };
    case 'corrected':
      return { ...state, released: { at: event.at, result: event.result }, corrections: state.corrections + 1 };
    case 'annulled':
      return { ...state, annulled: { at: event.at, by: event.by, reason: event.reason } };
  }
}
