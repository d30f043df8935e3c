/**
 * What an operation shows beside what it asks, by the server's own times and by the order of the session's events.
 * Nothing is refused for it: it stands in the log, for a person. Pure.
 */
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import { choiceItem, textIn } from '../../item-bank/releases/pinned-test.ts';
import type { Inference } from '../proctoring/inference.ts';
import { severityOfInference } from '../proctoring/severity.ts';
import { inferredName } from './evolve.ts';
import { type SessionFacts, partAt } from './facts.ts';
import type { Operation } from './operation.ts';
import type { EventBody, ItemProgress, SessionState, TurnProgress } from './session.ts';

/** Answers without any heartbeat for this long come from no page of ours: it beats every few seconds, ms. */
export const silentBeatsMs = 10_000;
/** A clip counts as heard after this part of its length: players and encoders differ in where it ends. */
const heardPart = 0.8;
/** Nobody reads and answers questions faster than this, one after the other, ms. */
const fewestMsAQuestion = 1_000;
/** A recording's first operation may come so much later than it began: any longer, and a beat is missing too, ms. */
const startedLateMs = 3_000;
/** Its last one, when all of it was handed in, ms. */
const handedInLateMs = 15_000;

export const inferenceOf = (state: SessionState, inference: Inference): EventBody => ({
  type: 'inference-recorded',
  inference,
  severity: severityOfInference(inference.type, inference.count ?? (state.inferred.get(inference.type) ?? 0) + 1),
});

const since = (from: Instant, now: Instant): number => toEpochMs(now) - toEpochMs(from);

/** A page that was taken over from may have had something under way for so long, ms. */
const underWayMs = 5_000;

/** A page became the writer: the first after an admission is expected, and one that is opened anew once. */
export const pageAgain = (state: SessionState): EventBody[] =>
  state.pages === 0 ? [] : [inferenceOf(state, { type: 'page-again', count: state.pages })];

/** What the server saw beside the operations, once for each item, clip or page. */
export function noteInference(state: SessionState, inference: Inference, now: Instant): EventBody[] {
  const { type, handle } = inference;
  if (handle !== undefined && state.inferredOf.has(inferredName(type, handle))) return [];
  if (type === 'second-page' && (state.takenAt === undefined || since(state.takenAt, now) <= underWayMs)) return [];
  return [inferenceOf(state, inference)];
}

/** @param bodies what was decided on the operation */
export function infer(
  state: SessionState,
  operation: Operation,
  bodies: readonly EventBody[],
  facts: SessionFacts,
): EventBody[] {
  const seen = bodies.flatMap((body): Inference[] => {
    switch (body.type) {
      case 'answered':
        return answeredUnheard(state, body.handle, facts);
      case 'form-scored':
        return hurried(state, facts);
      case 'recording-started':
        return begunAnew(state, body.handle);
      case 'recording-sealed':
        return recordedOtherwise(state, body, facts);
      default:
        return [];
    }
  });
  return [...seen, ...silent(state, operation, bodies, facts)].map((inference) => inferenceOf(state, inference));
}

/** The sound fails at this seat: what must be heard cannot be. */
const isSoundBroken = ({ faults }: SessionState): boolean => faults.includes('sound');

function answeredUnheard(state: SessionState, handle: string, { now, test }: SessionFacts): Inference[] {
  const item = state.items.find((candidate) => candidate.handle === handle);
  if (item === undefined || item.answer !== undefined || isSoundBroken(state) || !mustBeHeard(state, test)) return [];
  const clip = stimulusOf(state, item, test);
  if (clip === undefined) return [];
  if (item.playedAt === undefined) return [{ type: 'answered-unheard', handle }];
  const durationMs = since(item.playedAt, now);
  return durationMs < clip.durationMs * heardPart ? [{ type: 'answered-before-end', handle, durationMs }] : [];
}

/** Where the text of a clip can be read, nobody has to hear it. */
function mustBeHeard(state: SessionState, test: SessionFacts['test']): boolean {
  return state.step.name === 'adaptive' && partAt({ test }, state.step.part)?.kind === 'adaptive';
}

const stimulusOf = (state: SessionState, item: ItemProgress, test: SessionFacts['test']) =>
  textIn(choiceItem(test, item.item.id), state.terms.language).text.stimulus?.audio;

function hurried(state: SessionState, { now }: SessionFacts): Inference[] {
  const [first] = state.items;
  const answered = state.items.filter(({ answer }) => answer !== undefined).length;
  if (first === undefined || answered === 0) return [];
  const durationMs = since(first.presentedAt, now);
  return durationMs < answered * fewestMsAQuestion ? [{ type: 'part-hurried', durationMs, count: answered }] : [];
}

const turnOf = (state: SessionState, handle: string): TurnProgress | undefined =>
  state.turns.find((turn) => turn.handle === handle);

/** A microphone that failed, or a page that was reloaded, begins anew once. */
function begunAnew(state: SessionState, handle: string): Inference[] {
  const before = turnOf(state, handle)?.recordings ?? 0;
  return before === 0 ? [] : [{ type: 'recording-restarted', handle, count: before }];
}

function recordedOtherwise(
  state: SessionState,
  { handle, durationMs }: { readonly handle: string; readonly durationMs: number },
  facts: SessionFacts,
): Inference[] {
  const from = turnOf(state, handle)?.recordingAt;
  // What was recorded while the line was lost reaches the server by other times.
  if (from === undefined || isUnheardSince(state, from, facts)) return [];
  const { pausedAt } = state;
  if (pausedAt !== undefined && since(pausedAt, facts.now) > handedInLateMs)
    return [{ type: 'recording-during-pause', handle, durationMs: since(pausedAt, facts.now) }];
  const waitedMs = since(from, facts.now);
  if (durationMs > waitedMs + startedLateMs) return [{ type: 'recording-longer', handle, durationMs: waitedMs }];
  return waitedMs > durationMs + handedInLateMs ? [{ type: 'recording-shorter', handle, durationMs: waitedMs }] : [];
}

/** Was the page out of hearing at any time from then on? */
function isUnheardSince(state: SessionState, from: Instant, { unheard }: SessionFacts): boolean {
  const silences = [...state.losses, ...state.outages, ...(unheard === undefined ? [] : [unheard])];
  return state.lostLine !== undefined || silences.some(({ to }) => to >= from);
}

/** Told once in a session: while it lasts, or at its end, if nothing was ever heard since its first part began. */
function silent(
  state: SessionState,
  operation: Operation,
  bodies: readonly EventBody[],
  { now, unbeatenFrom }: SessionFacts,
): Inference[] {
  if (unbeatenFrom === undefined || operation.kind === 'signal' || state.inferred.has('no-heartbeat')) return [];
  const durationMs = since(unbeatenFrom, now);
  const isOver = bodies.some(({ type }) => type === 'closed');
  const isWhole = isOver && state.beganAt !== undefined && unbeatenFrom <= state.beganAt;
  return durationMs > silentBeatsMs || isWhole ? [{ type: 'no-heartbeat', durationMs }] : [];
}
