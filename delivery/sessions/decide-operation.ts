/** What follows from one operation of the candidate. Always at least one event: the operation's seq is used up. */
import { speakingItem } from '../../item-bank/releases/pinned-test.ts';
import type { ItemVersion } from '../../item-bank/items/item.ts';
import { severityOf } from '../proctoring/severity.ts';
import { isWatched } from '../proctoring/watched.ts';
import { completeItem, startAdaptive } from './adaptive-part.ts';
import { isOver } from './clock.ts';
import { type SessionFacts, partAt } from './facts.ts';
import { giveItem, giveTurns } from './given.ts';
import { answerDuringPause, isUnderWay } from './held-answer.ts';
import { infer } from './infer.ts';
import { completeLinear, startLinear } from './linear-part.ts';
import { madeAt, unheardSince } from './lost-line.ts';
import type { Operation, RefusalCode } from './operation.ts';
import { type RefusedValue, valueOf } from './refused-value.ts';
import { nextTurn, startSpeaking } from './speaking-part.ts';
import {
  type EventBody,
  type GivenItem,
  type GivenTurn,
  type ItemProgress,
  type SessionState,
  type TurnProgress,
  isTurn,
} from './session.ts';
import { openGiven, optionHandle } from './shown-names.ts';

type OperationOf<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

const refused = (operation: Operation, code: RefusalCode, more: RefusedValue = {}): EventBody[] => [
  { type: 'operation-refused', kind: operation.kind, code, ...valueOf(operation), ...more },
];
const noted = (operation: Operation): EventBody[] => [{ type: 'operation-noted', kind: operation.kind }];

/** What a candidate may still do while the invigilator has paused: nothing that moves on, nothing that gets lost. */
const duringPause: ReadonlySet<Operation['kind']> = new Set([
  'answer',
  'flag',
  'recording-finished',
  'raise-hand',
  'lower-hand',
  'read-message',
  'signal',
]);

/** What is refused says when it was asked, too. What the server sees in it comes before: the outcome is the last. */
export function decideOperation(state: SessionState, operation: Operation, facts: SessionFacts): EventBody[] {
  const asked = madeAt(operation, facts.now);
  const bodies = decideAsked(state, operation, facts);
  return [
    ...infer(state, operation, bodies, facts),
    ...bodies.map((body) =>
      body.type === 'operation-refused' && asked !== undefined ? { ...body, madeAt: asked } : body,
    ),
  ];
}

function decideAsked(state: SessionState, operation: Operation, facts: SessionFacts): EventBody[] {
  if (operation.kind === 'signal')
    return !isWatched(state.terms.conduct, operation.signal.type)
      ? noted(operation)
      : [{ type: 'signal-recorded', signal: operation.signal, severity: severityOf(operation.signal.type) }];
  if (state.closed !== undefined) return refused(operation, state.closed.reason === 'deadline' ? 'late' : 'part-over');
  if (state.pausedAt !== undefined && !duringPause.has(operation.kind)) return refused(operation, 'not-active');
  switch (operation.kind) {
    case 'raise-hand':
      return state.handRaisedAt === undefined ? [{ type: 'hand-raised' }] : noted(operation);
    case 'lower-hand':
      return state.handRaisedAt === undefined ? noted(operation) : [{ type: 'hand-lowered', by: 'candidate' }];
    case 'read-message':
      return readMessage(state, operation);
    case 'confirm-name':
      return state.step.name === 'confirm-name'
        ? [{ type: 'practice-assembled', given: assemblePractice(state, facts) }, { type: 'name-confirmed' }]
        : refused(operation, 'wrong-step');
    case 'sound-checked':
      return state.step.name === 'sound-check'
        ? [{ type: 'sound-checked', peak: operation.peak }]
        : refused(operation, 'wrong-step');
    case 'practice-done':
      return practiceDone(state, operation);
    case 'start-part':
      return startPart(state, operation, facts);
    case 'play':
      return play(state, operation, facts);
    case 'answer':
      return answer(state, operation, facts);
    case 'next':
      return next(state, operation, facts);
    case 'go':
      return go(state, operation, facts);
    case 'flag':
      return flag(state, operation, facts);
    case 'recording-started':
      return recordingStarted(state, operation);
    case 'recording-finished':
      return recordingFinished(state, operation, facts);
    case 'submit':
      return submit(state, operation, facts);
  }
}

function readMessage(state: SessionState, operation: OperationOf<'read-message'>): EventBody[] {
  const sent = state.messages.find(({ number }) => number === operation.number);
  if (sent === undefined) return refused(operation, 'wrong-item');
  return sent.readAt === undefined ? [{ type: 'message-read', number: sent.number }] : noted(operation);
}

export function assemblePractice(state: SessionState, facts: Pick<SessionFacts, 'test'>): (GivenItem | GivenTurn)[] {
  const { seed, language } = state.terms;
  const given = (item: ItemVersion): (GivenItem | GivenTurn)[] =>
    item.kind === 'speaking' ? giveTurns(seed, item) : [giveItem(seed, language, item, false)];
  return facts.test.specification.practice.flatMap((id) => {
    const item = facts.test.items.get(id);
    return item === undefined ? [] : given(item);
  });
}

function practiceDone(state: SessionState, operation: OperationOf<'practice-done'>): EventBody[] {
  if (state.step.name !== 'practice') return refused(operation, 'wrong-step');
  return state.practice[state.step.index]?.handle === operation.handle
    ? [{ type: 'practice-done', handle: operation.handle }]
    : refused(operation, 'wrong-item');
}

function startPart(state: SessionState, operation: OperationOf<'start-part'>, facts: SessionFacts): EventBody[] {
  const part = state.step.name === 'part-intro' ? partAt(facts, state.step.part) : undefined;
  if (part === undefined) return refused(operation, 'wrong-step');
  switch (part.kind) {
    case 'adaptive':
      return startAdaptive(state, part, facts);
    case 'speaking':
      return startSpeaking(state, part, facts);
    case 'linear':
      return startLinear(state, part, facts);
  }
}

/** Plays a stimulus or prompt once more. Practice may be heard as often as one likes. */
function play(state: SessionState, operation: OperationOf<'play'>, facts: SessionFacts): EventBody[] {
  const open = openGiven(state).find(({ given }) => given.handle === operation.handle);
  if (open === undefined) return refused(operation, 'wrong-item');
  const allowed = state.step.name === 'practice' ? Number.POSITIVE_INFINITY : playsAllowed(state, open.given, facts);
  return open.plays < allowed
    ? [{ type: 'media-played', handle: operation.handle, plays: open.plays + 1 }]
    : refused(operation, 'no-plays-left');
}

/** In the part that the session is in; without a number there the clips replay freely. */
export function playsAllowed(
  state: SessionState,
  given: GivenItem | GivenTurn,
  facts: Pick<SessionFacts, 'test'>,
): number {
  const extra = state.terms.accommodations.extraPlays;
  if (isTurn(given)) return (speakingItem(facts.test, given.item.id).turns[given.turn]?.plays ?? 0) + extra;
  const part = 'part' in state.step ? partAt(facts, state.step.part) : undefined;
  const plays = part === undefined || part.kind === 'speaking' ? undefined : part.plays;
  return plays === undefined ? Number.POSITIVE_INFINITY : plays + extra;
}

/** The item of this moment: the adaptive test's present one, or any of a linear form. */
function openItem(state: SessionState, handle: string): ItemProgress | undefined {
  if (state.step.name === 'adaptive')
    return state.step.handle === handle ? state.items.find((item) => item.handle === handle) : undefined;
  return state.step.name === 'linear' ? state.items.find((item) => item.handle === handle) : undefined;
}

function answer(state: SessionState, operation: OperationOf<'answer'>, facts: SessionFacts): EventBody[] {
  const item = openItem(state, operation.handle);
  if (item === undefined) return refused(operation, 'wrong-item');
  const choice = item.optionOrder.find(
    (index) => optionHandle(state.terms.seed, item.item.id, index) === operation.option,
  );
  if (choice === undefined) return refused(operation, 'unknown-option');
  const answered = { type: 'answered', handle: item.handle, option: operation.option, choice } as const;
  if (state.pausedAt !== undefined) return [answerDuringPause(state, state.pausedAt, operation, answered, facts)];
  return isOver(state, facts.now) ? lateAnswer(state, operation, answered, facts) : [answered];
}

/** The time is over: the answer counts if it was chosen before, and could not come. Kept in any case. */
function lateAnswer(
  state: SessionState,
  operation: OperationOf<'answer'>,
  answered: EventBody<'answered'>,
  facts: SessionFacts,
): EventBody[] {
  const chosenAt = madeAt(operation, facts.now);
  const unheardFrom =
    facts.test.specification.lostLine.lateAnswers === 'never' ? undefined : unheardSince(state, chosenAt, facts);
  return chosenAt === undefined || unheardFrom === undefined
    ? refused(operation, 'late', { choice: answered.choice })
    : [{ ...answered, late: { chosenAt, unheardFrom } }];
}

function next(state: SessionState, operation: OperationOf<'next'>, facts: SessionFacts): EventBody[] {
  const { step } = state;
  if (step.name === 'adaptive') {
    const part = partAt(facts, step.part);
    const item = openItem(state, operation.handle);
    if (item === undefined || part?.kind !== 'adaptive') return refused(operation, 'wrong-item');
    return closing(state, completeItem(state, part, item, facts), facts);
  }
  if (step.name === 'speaking') {
    const part = partAt(facts, step.part);
    const turn = state.turns.find((candidate) => candidate.position === step.position);
    if (turn?.handle !== operation.handle || part?.kind !== 'speaking') return refused(operation, 'wrong-item');
    if (turn.recording !== undefined && turn.sealed === undefined) return refused(operation, 'recording-incomplete');
    return closing(state, nextTurn(state, part, step.position), facts);
  }
  return refused(operation, 'wrong-step');
}

/** The session closes by itself when its last part is completed. */
function closing(state: SessionState, bodies: readonly EventBody[], facts: SessionFacts): EventBody[] {
  const completed = state.completedParts.length + bodies.filter((body) => body.type === 'part-completed').length;
  return completed < facts.test.specification.parts.length
    ? [...bodies]
    : [...bodies, { type: 'closed', by: 'candidate', reason: 'completed' }];
}

function go(state: SessionState, operation: OperationOf<'go'>, facts: SessionFacts): EventBody[] {
  if (state.step.name !== 'linear') return refused(operation, 'wrong-step');
  if (isOver(state, facts.now)) return refused(operation, 'late');
  return operation.position <= state.items.length
    ? [{ type: 'moved', position: operation.position }]
    : refused(operation, 'wrong-item');
}

function flag(state: SessionState, operation: OperationOf<'flag'>, facts: SessionFacts): EventBody[] {
  if (state.step.name !== 'linear' || openItem(state, operation.handle) === undefined)
    return refused(operation, 'wrong-item');
  if (state.pausedAt !== undefined && !isUnderWay(state.pausedAt, facts.now)) return refused(operation, 'not-active');
  return isOver(state, facts.now)
    ? refused(operation, 'late')
    : [{ type: 'flagged', handle: operation.handle, on: operation.on }];
}

const presentTurn = (state: SessionState): TurnProgress | undefined => {
  const { step } = state;
  return step.name === 'speaking' ? state.turns.find((turn) => turn.position === step.position) : undefined;
};

/** A second start replaces a recording that was not sealed (the microphone failed, the page was reloaded). */
function recordingStarted(state: SessionState, operation: OperationOf<'recording-started'>): EventBody[] {
  const turn = presentTurn(state);
  if (turn?.handle !== operation.handle) return refused(operation, 'wrong-item');
  return turn.sealed === undefined
    ? [{ type: 'recording-started', handle: operation.handle, upload: operation.upload }]
    : refused(operation, 'part-over');
}

function recordingFinished(
  state: SessionState,
  operation: OperationOf<'recording-finished'>,
  facts: SessionFacts,
): EventBody[] {
  const turn = state.turns.find((candidate) => candidate.handle === operation.handle);
  if (turn === undefined || turn.recording !== operation.upload) return refused(operation, 'wrong-item');
  const sealed = facts.sealed.get(operation.upload);
  if (sealed === undefined) return refused(operation, 'recording-incomplete');
  return [
    {
      type: 'recording-sealed',
      handle: operation.handle,
      upload: operation.upload,
      ...sealed,
      durationMs: operation.durationMs,
      peak: operation.peak,
    },
  ];
}

function submit(state: SessionState, operation: OperationOf<'submit'>, facts: SessionFacts): EventBody[] {
  const part = state.step.name === 'linear' ? partAt(facts, state.step.part) : undefined;
  if (part?.kind !== 'linear') return refused(operation, 'wrong-step');
  return closing(state, completeLinear(state, part, facts, isOver(state, facts.now) ? 'deadline' : 'submitted'), facts);
}
