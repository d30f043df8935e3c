/**
 * What a candidate may see, built member by member from an allow-list: never the full item with parts deleted. No key,
 * no difficulty, no text of what must be heard, no name of another item.
 */
import { defined } from '../../../storage/document/defined.ts';
import { type PinnedTest, choiceItem, speakingItem, textIn } from '../../../item-bank/releases/pinned-test.ts';
import type { TestPart } from '../../../item-bank/specifications/specification.ts';
import type { Language } from '../../../item-bank/items/item.ts';
import { type Instant } from '../../../storage/document/instant.ts';
import type { Anchor } from '../../../storage/journal/checkpoint.ts';
import { isOver, remainingMs } from '../../../delivery/sessions/clock.ts';
import { playsAllowed } from '../../../delivery/sessions/decide-operation.ts';
import { unreadMessage } from '../../../delivery/sessions/message.ts';
import { mediaHandle, optionHandle } from '../../../delivery/sessions/shown-names.ts';
import { watchesFocus, watchesFullScreen } from '../../../delivery/proctoring/watched.ts';
import type { RegisteredPerson } from '../../../delivery/sessions/personal.ts';
import type { LoadedSession } from '../../../delivery/sessions/run.ts';
import {
  type GivenItem,
  type GivenTurn,
  type ItemProgress,
  type SessionState,
  isTurn,
} from '../../../delivery/sessions/session.ts';
import type { CandidateView, ItemView, Screen, TurnView } from './protocol.ts';

interface Seen {
  readonly state: SessionState;
  readonly person: RegisteredPerson;
  readonly test: PinnedTest;
  readonly now: Instant;
  /** Shown on the receipt. */
  readonly checkpoint: Anchor | undefined;
}

/** Listening options are heard or seen; only a linear part's options are also read. */
function itemView({ state, test }: Seen, given: GivenItem, readable: boolean): ItemView {
  const { seed, language } = state.terms;
  const { id } = given.item;
  const { language: spoken, text } = textIn(choiceItem(test, id), language);
  const options = given.optionOrder.flatMap((index) => {
    const option = text.options[index];
    if (option === undefined) return [];
    return [
      {
        handle: optionHandle(seed, id, index),
        ...(readable ? { text: option.text } : {}),
        ...(option.audio === undefined ? {} : { audio: mediaHandle(seed, id, `option${index}`) }),
        ...(option.picture === undefined
          ? {}
          : { picture: mediaHandle(seed, id, `picture${index}`), alt: option.text }),
      },
    ];
  });
  return {
    handle: given.handle,
    language: spoken,
    options,
    stem: { text: text.stem.text, audio: mediaHandle(seed, id, 'stem') },
    ...(text.stimulus === undefined ? {} : { stimulus: mediaHandle(seed, id, 'stimulus') }),
  };
}

function turnView(
  { state, test }: Seen,
  given: GivenTurn,
  plays: number,
  practice: boolean,
  recorded?: string,
): TurnView {
  const item = speakingItem(test, given.item.id);
  const turn = item.turns[given.turn];
  const allowed = practice ? plays + 1 : playsAllowed(state, given, { test });
  return {
    handle: given.handle,
    title: item.title,
    prompt: mediaHandle(state.terms.seed, `${given.item.id}/${given.turn}`, 'prompt'),
    prepMs: turn?.prepMs ?? 0,
    answerMs: turn?.answerMs ?? 0,
    playsLeft: Math.max(0, allowed - plays),
    ...(recorded === undefined ? {} : { recorded }),
  };
}

const overview = (items: readonly ItemProgress[]) =>
  items.map((item) => ({ position: item.position, answered: item.answer !== undefined, flagged: item.flagged }));
/** What was chosen stays on the screen, also where it came too late to count. */
const selected = (item: ItemProgress): { selected?: string } => {
  const option = item.answer?.option ?? item.late;
  return option === undefined ? {} : { selected: option };
};
const isReadable = (test: PinnedTest): boolean => test.specification.parts.some((part) => part.kind === 'linear');

function practiceScreen(seen: Seen, index: number): Screen {
  const { state, test } = seen;
  const given = state.practice[index];
  if (given === undefined) return { name: 'waiting' };
  const number = { number: index + 1, total: state.practice.length };
  return isTurn(given)
    ? {
        name: 'practice-speaking',
        ...number,
        turn: turnView(seen, given, state.practicePlays.get(given.handle) ?? 0, true),
      }
    : { name: 'practice-choice', ...number, item: itemView(seen, given, isReadable(test)) };
}

/** After the last part the session is closed; until the page hears of it there is nothing to begin. */
function introScreen({ specification }: PinnedTest, index: number): Screen {
  const part = specification.parts[index];
  if (part === undefined) return { name: 'waiting' };
  return {
    name: 'part-intro',
    part: part.id,
    kind: part.kind,
    title: specification.title,
    ...defined({ partTitle: part.title }),
  };
}
const maximum = (part: TestPart | undefined): number =>
  part?.kind === 'adaptive' ? part.policy.maximumItems + part.policy.pretestPositions.length : 0;

function adaptiveScreen(seen: Seen, part: TestPart | undefined, handle: string): Screen {
  const item = seen.state.items.find((candidate) => candidate.handle === handle);
  if (item === undefined) return { name: 'waiting' };
  return {
    name: 'listening-item',
    number: item.position,
    total: maximum(part),
    item: itemView(seen, item, false),
    playsLeft: Math.max(0, playsAllowed(seen.state, item, seen) - item.plays),
    open: !isOver(seen.state, seen.now),
    ...(item.late === undefined ? {} : { late: true }),
    ...selected(item),
  };
}

function linearScreen(seen: Seen, position: number): Screen {
  const { items } = seen.state;
  const item = items.find((candidate) => candidate.position === position);
  if (item === undefined) return { name: 'review', overview: overview(items) };
  return {
    name: 'linear-item',
    number: position,
    total: items.length,
    item: itemView(seen, item, true),
    flagged: item.flagged,
    overview: overview(items),
    ...selected(item),
  };
}

function speakingScreen(seen: Seen, position: number): Screen {
  const turn = seen.state.turns.find((candidate) => candidate.position === position);
  if (turn === undefined) return { name: 'waiting' };
  return {
    name: 'speaking-turn',
    number: position,
    total: seen.state.turns.length,
    turn: turnView(seen, turn, turn.plays, false, turn.sealed?.upload),
  };
}

function screenOf(seen: Seen): Screen {
  const { state, person, test, checkpoint } = seen;
  const { step, terms } = state;
  if (state.closed !== undefined)
    return {
      name: 'receipt',
      reference: terms.reference,
      resultPath: `/result/#${person.resultKey}`,
      reason: state.closed.reason,
      ...defined({ checkpoint }),
    };
  if (state.awaitingAdmission) return { name: 'waiting' };
  if (state.pausedAt !== undefined) return { name: 'paused' };
  switch (step.name) {
    case 'registered':
    case 'arrived':
    case 'closed':
      return { name: 'waiting' };
    case 'confirm-name':
      return { name: 'confirm-name' };
    case 'sound-check':
      return { name: 'sound-check', voice: mediaHandle(terms.seed, state.practice[0]?.item.id ?? '', 'stem') };
    case 'practice':
      return practiceScreen(seen, step.index);
    case 'part-intro':
      return introScreen(test, step.part);
    case 'adaptive':
      return adaptiveScreen(seen, test.specification.parts[step.part], step.handle);
    case 'linear':
      return linearScreen(seen, step.position);
    case 'speaking':
      return speakingScreen(seen, step.position);
  }
}

function messageTo(state: SessionState): Pick<CandidateView, 'message'> {
  const sent = state.awaitingAdmission || state.closed !== undefined ? undefined : unreadMessage(state);
  return sent === undefined ? {} : { message: { number: sent.number, message: sent.message } };
}

export function candidateView({ state, version }: LoadedSession, facts: Omit<Seen, 'state'>): CandidateView {
  const { person, now } = facts;
  const left = remainingMs(state, now);
  const contactLanguage: Language = state.terms.contactLanguage;
  return {
    version,
    serverNow: now,
    fence: state.fence,
    nextSeq: state.nextSeq,
    test: state.terms.test,
    candidateName: person.name,
    contactLanguage,
    synthetic: state.terms.synthetic,
    paused: state.pausedAt !== undefined,
    handRaised: state.handRaisedAt !== undefined,
    watched: { focus: watchesFocus(state.terms.conduct), fullScreen: watchesFullScreen(state.terms.conduct) },
    ...messageTo(state),
    ...(left === undefined || state.deadlineAt === undefined
      ? {}
      : { clock: { deadlineAt: state.deadlineAt, remainingMs: left } }),
    screen: screenOf({ ...facts, state }),
  };
}
