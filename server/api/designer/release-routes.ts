/** The releases of a bank: made of a calibration, and put in force. */
import { z } from 'zod';
import { doneBy } from '../../../people/staff/staff-log.ts';
import { publishedRows } from '../../../item-bank/releases/publishable.ts';
import { UnknownPublication } from '../../../item-bank/releases/store.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint } from '../../http/endpoint.ts';
import { Problem } from '../../http/problem.ts';
import { type StaffAccess, guards } from '../access.ts';
import { secondPerson, secondPersonProblems } from '../second-person.ts';
import { ownCalibration } from './calibration-routes.ts';
import type { DesignerReleasePorts } from './ports.ts';
import { orProblem } from './problems.ts';
import { InForceChoice, PublicationRequest, ReleaseView } from './protocol.ts';
import { releaseView } from './view.ts';

async function releasesOf({ bank: store, banks }: DesignerReleasePorts, bank: string): Promise<ReleaseView[]> {
  const [current, { state }] = [store.currentRelease(bank), await banks.load(bank)];
  return store
    .allReleases()
    .filter((release) => release.bank === bank)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    .map((release) => releaseView(release, current, state));
}

/** A release of a finished calibration. Throws Problem, NotPublishable, BankRefused. */
async function publish(
  program: DesignerReleasePorts,
  access: StaffAccess,
  id: string,
  { items, reason }: PublicationRequest,
): Promise<ReleaseView> {
  const { value } = await ownCalibration(program, access, id);
  const { bank, base: made, model, anchors, outcome } = value;
  if (value.state !== 'finished' || outcome === undefined)
    throw new Problem('wrong-state', { reason: 'calibration-not-finished' });
  const { bank: store, banks } = program;
  const base = store.allReleases().find((release) => release.id === made);
  if (base === undefined) throw new UnknownPublication(made);
  const release = await banks.publish(bank, {
    base: made,
    job: id,
    model,
    anchors,
    by: access.id,
    reason,
    rows: publishedRows(base, { model, anchors, converged: outcome.converged, items: outcome.items }, items),
  });
  await program.staffLog.record(access.tenant, doneBy('release-published', access.id, release.id));
  return releaseView(release, store.currentRelease(bank), (await banks.load(bank)).state);
}

export function releaseEndpoints(program: DesignerReleasePorts): Endpoint[] {
  const common = { guard: guards(program).staff('designer'), access: 'designer' } as const;
  return [
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/banks/:bank/releases',
      summary: 'The releases of a bank, newest first',
      reply: z.array(ReleaseView),
      problems: ['not-found'],
      handle: ({ param }) => orProblem(() => releasesOf(program, param('bank'))),
    }),
    commandEndpoint({
      ...common,
      method: 'post',
      path: '/designer/banks/:bank/in-force',
      summary: 'Put a release in force for new sessions; another account of the agency confirms it',
      body: InForceChoice,
      problems: ['not-found', 'wrong-state', ...secondPersonProblems],
      handle: ({ access, param, body: { confirmedBy: asked, ...choice }, request, response }) =>
        orProblem(async () => {
          const confirmedBy = await secondPerson(program, access, { of: 'agency', asked, request, response });
          await program.banks.putInForce(param('bank'), { ...choice, by: access.id, confirmedBy });
          await program.staffLog.record(access.tenant, doneBy('release-in-force', access.id, choice.release));
        }),
    }),
    jsonEndpoint({
      ...common,
      method: 'post',
      path: '/designer/calibrations/:id/release',
      summary: 'A new release with new parameters of the chosen items; not yet in force',
      body: PublicationRequest,
      reply: ReleaseView,
      problems: ['not-found', 'wrong-state', 'invalid-request'],
      handle: ({ access, param, body }) => orProblem(() => publish(program, access, param('id'), body)),
    }),
  ];
}
