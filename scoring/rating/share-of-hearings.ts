/**
 * How many tasks of one candidate an examiner hears: as evenly as the staff allows, so that no level depends on who
 * happened to listen. With fifteen examiners for five tasks heard three times nobody hears a candidate twice; with
 * fewer, tasks are shared, and nobody hears the same performance again. Where there are fewer examiners than the plan
 * asks for, the rest waits.
 */
import type { Instant } from '../../storage/document/instant.ts';
import type { Accounts } from '../../people/staff/account.ts';
import type { Sessions } from '../../delivery/sessions/run.ts';
import { performanceId, tasksOf } from './performances-of.ts';
import { type RatingState, hearingsOf } from './rating.ts';

/** Whether the examiner has heard (or holds) as many tasks of the candidate as one examiner may. */
export type HasHeardEnough = (tenant: string, examiner: string, asked: RatingState) => Promise<boolean>;

/** `hearings`: times that each of the tasks is heard; `least`: examiners that the plan asks for. */
export const mostHeardByOne = (given: {
  readonly tasks: number;
  readonly hearings: number;
  readonly examiners: number;
  readonly least: number;
}): number => Math.ceil((given.tasks * given.hearings) / Math.max(given.examiners, given.least));

export interface SharePorts {
  readonly sessions: Pick<Sessions, 'load'>;
  readonly load: (id: {
    readonly tenant: string;
    readonly id: string;
  }) => Promise<{ readonly state: RatingState | undefined }>;
  readonly accounts: Pick<Accounts, 'every'>;
  readonly now: () => Instant;
}

export const hasHeardEnoughBy =
  (ports: SharePorts): HasHeardEnough =>
  async (tenant, examiner, asked) => {
    const { session: id, task, examiners: least } = asked.performance;
    if (least === undefined) return false;
    const session = await ports.sessions.load({ tenant, id });
    if (session === undefined) return false;
    const tasks = tasksOf(session.state);
    const others = await Promise.all(
      tasks
        .filter((other) => other !== task)
        .map((other) => ports.load(performanceId({ tenant, id }, session.state, other))),
    );
    const now = ports.now();
    const heard = others.filter(({ state }) => state !== undefined && hears(state, examiner, now)).length;
    const given = {
      tasks: tasks.length,
      hearings: hearingsOf(asked),
      examiners: await examinersOf(ports, tenant),
      least,
    };
    return heard >= mostHeardByOne(given);
  };

/** Accounts of the agency that can rate now. */
async function examinersOf({ accounts }: SharePorts, tenant: string): Promise<number> {
  let count = 0;
  for (let page = await accounts.every({ tenant, id: '' }); page.length > 0; page = await accounts.every(page.at(-1)))
    for (const { tenant: owner, value } of page) {
      if (owner !== tenant) return count;
      if (value.roles.includes('examiner') && value.lockedAt === undefined) count += 1;
    }
  return count;
}

const hears = ({ claim, ratings }: RatingState, examiner: string, now: Instant): boolean =>
  ratings.some(({ by }) => by === examiner) || (claim?.by === examiner && claim.until > now);
