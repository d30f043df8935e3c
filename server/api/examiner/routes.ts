/** The examiner's queue, claims and ratings. No reply here holds anything of the candidate. */
import { type StaffLog, doneBy } from '../../../people/staff/staff-log.ts';
import type { SpeakingItem } from '../../../item-bank/items/item.ts';
import type { MediaLibrary } from '../../../item-bank/items/media.ts';
import { UnknownItem } from '../../../item-bank/releases/pinned-test.ts';
import type { ReleaseStore } from '../../../item-bank/releases/store.ts';
import { recordingId } from '../../../delivery/recordings/upload.ts';
import { type ExaminerCommand, ratingBy } from '../../../scoring/rating/decide.ts';
import { RatingRefused, type Ratings } from '../../../scoring/rating/run.ts';
import type { RatingState } from '../../../scoring/rating/rating.ts';
import { defined } from '../../../storage/document/defined.ts';
import type { Blobs } from '../../../storage/port.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint, rawEndpoint } from '../../http/endpoint.ts';
import { sendMedia, streamMedia } from '../../http/media.ts';
import { Problem } from '../../http/problem.ts';
import { type GuardPorts, type StaffAccess, guards } from '../access.ts';
import { z } from 'zod';
import { Claim, Queue, Rating } from './protocol.ts';

export interface ExaminerPorts extends GuardPorts {
  readonly ratings: Ratings;
  readonly bank: Pick<ReleaseStore, 'pinnedItem'>;
  readonly blobs: Blobs;
  readonly media: MediaLibrary;
  readonly staffLog: Pick<StaffLog, 'record'>;
}

type Asked = ExaminerCommand extends infer C ? (C extends unknown ? Omit<C, 'by'> : never) : never;

const LeaseReply = z.strictObject({ leaseUntil: z.iso.datetime() });

/** A refusal of the rating room in the words of the edge. */
async function orProblem<T>(run: Promise<T>): Promise<T> {
  try {
    return await run;
  } catch (error) {
    if (!(error instanceof RatingRefused)) throw error;
    throw error.code === 'unknown-performance'
      ? new Problem('not-found')
      : error.code === 'incomplete-scores'
        ? new Problem('invalid-request', { reason: error.code })
        : new Problem('lease-lost', { reason: error.code });
  }
}

/** The task as it was given: of the releases that the session pinned. */
function promptsOf({ bank }: ExaminerPorts, { performance: { release, item } }: RatingState): SpeakingItem {
  const found = bank.pinnedItem(release, item);
  if (found?.kind !== 'speaking') throw new UnknownItem(item);
  return found;
}

async function claimView(ports: ExaminerPorts, { tenant }: StaffAccess, id: string): Promise<Claim> {
  const { state } = await ports.ratings.load({ tenant, id });
  if (state?.claim === undefined) throw new Problem('lease-lost');
  const item = promptsOf(ports, state);
  const { task, criteria, turns } = state.performance;
  return {
    performance: id,
    task,
    title: item.title,
    lookFor: item.lookFor,
    criteria: [...criteria],
    leaseUntil: state.claim.until,
    turns: turns.map(({ turn, upload, durationMs }) => ({
      n: turn,
      prompt: item.turns[turn]?.prompt.text ?? '',
      recorded: upload !== undefined,
      ...defined({ durationMs }),
    })),
  };
}

/** The performance that this examiner holds; anything else looks as if it did not exist. */
async function held(ports: ExaminerPorts, { tenant, id: by }: StaffAccess, id: string): Promise<RatingState> {
  const { state } = await ports.ratings.load({ tenant, id });
  if (state?.claim?.by !== by || state.claim.until <= ports.now()) throw new Problem('not-found');
  return state;
}

/**
 * Does what the examiner asks with a performance that is, or was last, in this examiner's hands; any other looks as if
 * it did not exist.
 */
async function act(
  ports: ExaminerPorts,
  { tenant, id: by }: StaffAccess,
  id: string,
  ask: Asked,
): Promise<RatingState> {
  const { state } = await ports.ratings.load({ tenant, id });
  if (state === undefined || (state.claim?.by !== by && ratingBy(state, by) === undefined))
    throw new Problem('not-found');
  return orProblem(ports.ratings.handle({ tenant, id }, { ...ask, by }));
}

const commonOf = (ports: ExaminerPorts) => ({ guard: guards(ports).staff('examiner'), access: 'examiner' }) as const;
type Common = ReturnType<typeof commonOf>;

export function examinerEndpoints(ports: ExaminerPorts): Endpoint[] {
  const common = commonOf(ports);
  return [...claimEndpoints(ports, common), ...ratingEndpoints(ports, common), ...soundEndpoints(ports, common)];
}

/** What waits, and the performance that this examiner takes or has. */
function claimEndpoints(ports: ExaminerPorts, common: Common): Endpoint[] {
  return [
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/examiner/queue',
      summary: 'What waits',
      reply: Queue,
      handle: async ({ access }) => {
        const { waiting, oldest, ratedByMe } = await ports.ratings.queue(access.tenant, access.id);
        return {
          waiting,
          ratedByMe,
          ...defined({ oldestAt: oldest?.openedAt, dueAt: oldest?.dueAt }),
        };
      },
    }),
    jsonEndpoint({
      ...common,
      method: 'post',
      path: '/examiner/claims',
      summary: 'Claim the next performance; 204 when nothing waits',
      reply: Claim,
      orNothing: true,
      handle: async ({ access }) => {
        const id = await ports.ratings.claimNext(access.tenant, access.id);
        return id === undefined ? undefined : claimView(ports, access, id);
      },
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/examiner/claims/current',
      summary: 'The present claim; 204 when there is none',
      reply: Claim,
      orNothing: true,
      handle: async ({ access }) => {
        const id = await ports.ratings.current(access.tenant, access.id);
        return id === undefined ? undefined : claimView(ports, access, id);
      },
    }),
  ];
}

/** What an examiner does with it. */
function ratingEndpoints(ports: ExaminerPorts, common: Common): Endpoint[] {
  return [
    jsonEndpoint({
      ...common,
      method: 'post',
      path: '/examiner/claims/:performance/renew',
      summary: 'Still at work',
      reply: LeaseReply,
      problems: ['lease-lost', 'not-found'],
      handle: async ({ access, param }) => {
        const { claim } = await act(ports, access, param('performance'), { type: 'renew' });
        if (claim === undefined) throw new Problem('lease-lost');
        return { leaseUntil: claim.until };
      },
    }),
    commandEndpoint({
      ...common,
      method: 'post',
      path: '/examiner/claims/:performance/release',
      summary: 'Give the performance back',
      problems: ['lease-lost', 'not-found'],
      handle: async ({ access, param }) => {
        await act(ports, access, param('performance'), { type: 'give-back' });
      },
    }),
    commandEndpoint({
      ...common,
      method: 'post',
      path: '/examiner/claims/:performance/rating',
      summary: 'Submit the rating',
      body: Rating,
      problems: ['lease-lost', 'invalid-request', 'not-found'],
      handle: async ({ access, param, body }) => {
        const { scores, remark } = body;
        await act(ports, access, param('performance'), { type: 'rate', scores, ...defined({ remark }) });
      },
    }),
  ];
}

function soundEndpoints(ports: ExaminerPorts, common: Common): Endpoint[] {
  return [
    rawEndpoint({
      ...common,
      method: 'get',
      path: '/examiner/claims/:performance/turns/:n/audio',
      summary: 'The recording',
      reply: 'bytes',
      problems: ['not-found'],
      handle: async ({ access, request, response, param }) => {
        const { performance } = await held(ports, access, param('performance'));
        const upload = performance.turns.find(({ turn }) => String(turn) === param('n'))?.upload;
        if (upload === undefined) throw new Problem('not-found');
        const blob = recordingId({ ...performance, tenant: access.tenant }, upload);
        const info = await ports.blobs.info(blob);
        if (info === undefined) throw new Problem('not-found');
        const heard = `${param('performance')}/${param('n')}`;
        await ports.staffLog.record(access.tenant, doneBy('recording-heard', access.id, heard));
        const read = (start: number, end: number) => ports.blobs.readRange(blob, start, end);
        await streamMedia(request, response, { contentType: info.contentType, size: info.bytes, read });
      },
    }),
    rawEndpoint({
      ...common,
      method: 'get',
      path: '/examiner/claims/:performance/turns/:n/prompt',
      summary: 'The prompt as it was heard',
      reply: 'bytes',
      problems: ['not-found'],
      handle: async ({ access, request, response, param }) => {
        const state = await held(ports, access, param('performance'));
        const audio = promptsOf(ports, state).turns[Number(param('n'))]?.prompt.audio;
        const content = audio === undefined ? undefined : await ports.media.read(audio.id);
        if (content === undefined) throw new Problem('not-found');
        sendMedia(request, response, content);
      },
    }),
  ];
}
