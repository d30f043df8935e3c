/** The examiner's queue, claims and ratings. No reply here holds anything of the candidate. */
import { speakingItem } from '../../../item-bank/releases/pinned-test.ts';
import type { RatingCommand } from '../../../scoring/rating/decide.ts';
import { RatingRefused } from '../../../scoring/rating/run.ts';
import type { RatingState } from '../../../scoring/rating/rating.ts';
import { defined } from '../../../storage/document/defined.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint, rawEndpoint } from '../../http/endpoint.ts';
import { sendMedia } from '../../http/media.ts';
import { Problem } from '../../http/problem.ts';
import type { Program } from '../../program.ts';
import { type StaffAccess, guards } from '../access.ts';
import { z } from 'zod';
import { Claim, Queue, Rating } from './protocol.ts';

type Asked = RatingCommand extends infer C ? (C extends unknown ? Omit<C, 'by'> : never) : never;

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

async function prompts(program: Program, tenant: string, state: RatingState) {
  const session = await program.sessions.load({ tenant, id: state.performance.session });
  if (session === undefined) throw new Problem('not-found');
  return speakingItem(program.sessions.pinnedTest(session.state), state.performance.item);
}

async function claimView(program: Program, { tenant }: StaffAccess, id: string): Promise<Claim> {
  const { state } = await program.ratings.load({ tenant, id });
  if (state?.claim === undefined) throw new Problem('lease-lost');
  const item = await prompts(program, tenant, state);
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
      ...(durationMs === undefined ? {} : { durationMs }),
    })),
  };
}

/** The performance that this examiner holds; anything else looks as if it did not exist. */
async function held(program: Program, { tenant, id: by }: StaffAccess, id: string): Promise<RatingState> {
  const { state } = await program.ratings.load({ tenant, id });
  if (state?.claim?.by !== by || state.claim.until <= program.now()) throw new Problem('not-found');
  return state;
}

/**
 * Does what the examiner asks with a performance that is, or was last, in this examiner's hands; any other looks as if
 * it did not exist.
 */
async function act(program: Program, { tenant, id: by }: StaffAccess, id: string, ask: Asked): Promise<RatingState> {
  const { state } = await program.ratings.load({ tenant, id });
  if (state?.claim?.by !== by && state?.rated?.by !== by) throw new Problem('not-found');
  return orProblem(program.ratings.handle({ tenant, id }, { ...ask, by }));
}

export function examinerEndpoints(program: Program): Endpoint[] {
  const common = { guard: guards(program).staff('examiner'), access: 'examiner' } as const;
  return [
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/examiner/queue',
      summary: 'What waits',
      reply: Queue,
      handle: async ({ access }) => {
        const { waiting, oldest, ratedByMe } = await program.ratings.queue(access.tenant, access.id);
        return {
          waiting,
          ratedByMe,
          ...(oldest === undefined ? {} : { oldestAt: oldest.openedAt, dueAt: oldest.dueAt }),
        };
      },
    }),
    jsonEndpoint({
      ...common,
      method: 'post',
      path: '/examiner/claims',
      summary: 'Claim the next performance; 204 when nothing waits',
      reply: Claim,
      handle: async ({ access }) => {
        const id = await program.ratings.claimNext(access.tenant, access.id);
        return id === undefined ? undefined : claimView(program, access, id);
      },
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/examiner/claims/current',
      summary: 'The present claim; 204 when there is none',
      reply: Claim,
      handle: async ({ access }) => {
        const id = await program.ratings.current(access.tenant, access.id);
        return id === undefined ? undefined : claimView(program, access, id);
      },
    }),
    jsonEndpoint({
      ...common,
      method: 'post',
      path: '/examiner/claims/:performance/renew',
      summary: 'Still at work',
      reply: LeaseReply,
      problems: ['lease-lost', 'not-found'],
      handle: async ({ access, param }) => {
        const { claim } = await act(program, access, param('performance'), { type: 'renew' });
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
        await act(program, access, param('performance'), { type: 'give-back' });
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
        await act(program, access, param('performance'), { type: 'rate', scores, ...defined({ remark }) });
      },
    }),
    rawEndpoint({
      ...common,
      method: 'get',
      path: '/examiner/claims/:performance/turns/:n/audio',
      summary: 'The recording',
      reply: 'bytes',
      problems: ['not-found'],
      handle: async ({ access, request, response, param }) => {
        const { performance } = await held(program, access, param('performance'));
        const upload = performance.turns.find(({ turn }) => String(turn) === param('n'))?.upload;
        const blob =
          upload === undefined
            ? undefined
            : { tenant: access.tenant, person: performance.person, id: `${performance.session}-${upload}` };
        const [info, bytes] =
          blob === undefined ? [] : [await program.blobs.info(blob), await program.blobs.read(blob)];
        if (info === undefined || bytes === undefined) throw new Problem('not-found');
        sendMedia(request, response, { bytes, contentType: info.contentType });
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
        const state = await held(program, access, param('performance'));
        const audio = (await prompts(program, access.tenant, state)).turns[Number(param('n'))]?.prompt.audio;
        const content = audio === undefined ? undefined : await program.media.read(audio.id);
        if (content === undefined) throw new Problem('not-found');
        sendMedia(request, response, content);
      },
    }),
  ];
}
