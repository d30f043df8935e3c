/** A result: opened at attendance, provisional while something waits, released once; later corrections are events of the same stream. */
import type { Instant } from '../../storage/document/instant.ts';
import type { Condition } from '../regimes/decide.ts';

export interface PartResult {
  readonly part: 'listening' | 'speaking' | 'values' | 'practical';
  readonly theta?: number; readonly thetaStandardError?: number;
  readonly scale?: number; readonly standardError?: number; readonly level?: string; readonly atLimit?: boolean;
  readonly score?: number; readonly max?: number;
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
  readonly regime: { readonly id: string; readonly validFrom: string; readonly title: Readonly<Record<string, string>> };
  readonly level?: string; readonly scale?: number; readonly standardError?: number; readonly required?: string;
  readonly score?: number; readonly max?: number;
  readonly conditions: readonly Condition[];
  readonly parts: readonly PartResult[];
}

interface Events {
  'attended': { readonly session: string; readonly candidate: string };
  /** Something is known, something waits. */
  'provisional': { readonly parts: readonly PartResult[] };
  'released': { readonly result: ResultContent };
}
export type ResultEvent = { [T in keyof Events]: { readonly type: T; readonly schema: 1; readonly at: Instant } & Events[T] }[keyof Events];

export interface ResultState {
  readonly session: string; readonly candidate: string; readonly attendedAt: Instant;
  readonly provisional?: readonly PartResult[];
  readonly released?: { readonly at: Instant; readonly result: ResultContent };
}

export function evolveResult(state: ResultState | undefined, event: ResultEvent): ResultState | undefined {
  switch (event.type) {
    case 'attended': return state ?? { session: event.session, candidate: event.candidate, attendedAt: event.at };
    case 'provisional': return state === undefined ? undefined : { ...state, provisional: event.parts };
    case 'released': return state === undefined ? undefined : { ...state, released: { at: event.at, result: event.result } };
  }
}
