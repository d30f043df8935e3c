/**
 * A designer's calibrations and releases: responses in, a job that runs beside everything else, a new release, and
 * which release is in force.
 */
import { rm } from 'node:fs/promises';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { responsesOf } from '../../../delivery/responses/read.ts';
import { SessionResponses } from '../../../delivery/responses/response-data.ts';
import { BankRefused } from '../../../item-bank/releases/run.ts';
import type { BankItem } from '../../../item-bank/calibration/recalibrate.ts';
import type { ResponseData } from '../../../item-bank/calibration/stream-responses.ts';
import type { Release } from '../../../item-bank/releases/release.ts';
import { UnknownPublication } from '../../../item-bank/releases/store.ts';
import type { Stored } from '../../../storage/port.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint, rawEndpoint, uploadEndpoint } from '../../http/endpoint.ts';
import { sendPacked } from '../../http/packed.ts';
import { Problem } from '../../http/problem.ts';
import { receiveFile } from '../../http/receive-file.ts';
import { openEventStream } from '../../http/sse.ts';
import { type CalibrationJob, CalibrationRefused, type Start } from '../../jobs/calibrations.ts';
import type { WorkerTask } from '../../jobs/calibration-worker.ts';
import type { Program } from '../../program.ts';
import { type StaffAccess, guards } from '../access.ts';
import {
  CalibrationFile,
  CalibrationQuery,
  CalibrationSummary,
  CalibrationView,
  InForceChoice,
  PublicationRequest,
  ReleaseView,
  responseFileLimits,
} from './protocol.ts';
import { calibrationSummary, calibrationView, isPublishable, publishedRow, releaseView } from './view.ts';

/** Refusals of the bank and of the jobs in the words of the edge. */
async function orProblem<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnknownPublication) throw new Problem('not-found');
    if (error instanceof BankRefused)
      throw error.code === 'unknown-release'
        ? new Problem('not-found')
        : new Problem('wrong-state', { reason: error.code });
    if (error instanceof CalibrationRefused) throw new Problem('wrong-state', { reason: `calibration-${error.code}` });
    throw error;
  }
}

/** Closed sessions of a tenant; others get their turn after every few. */
async function liveResponses(program: Program, tenant: string, items: readonly BankItem[]): Promise<ResponseData> {
  const responses = new SessionResponses(new Map(items.map(({ id, version }) => [id, version])));
  let after: string | undefined;
  do {
    const page = await program.sittings.find(tenant, {
      index: 'registeredAt',
      equal: [],
      limit: 50,
      ...(after === undefined ? {} : { after }),
    });
    for (const { id } of page.documents) {
      const session = await program.sessions.load({ tenant, id });
      if (session?.state.closed !== undefined) for (const row of responsesOf(id, session.state)) responses.add(row);
    }
    after = page.next;
    await new Promise((resolve) => setImmediate(resolve));
  } while (after !== undefined);
  return responses.data();
}

/** Items that may get parameters: they are right or wrong, so a score above 1 is refused where it is read. */
const bankItems = (base: Release): BankItem[] =>
  base.items.flatMap(({ id, version, kind, use }) =>
    kind === 'choice' && use !== 'practice' ? [{ id, version, isPretest: use === 'pretest' }] : [],
  );
const highestScore = 1;

const requestOf = (
  base: Release,
  { model, anchors, equivalentGroups }: CalibrationQuery,
): Omit<WorkerTask, 'responses' | 'file' | 'madeAt'> => ({
  model,
  anchors,
  parameters: base.parameters,
  items: bankItems(base),
  ...(equivalentGroups === undefined ? {} : { equivalentGroups: true }),
});

/** A name for people only: no path, no line break. */
const shownName = (name: string): string =>
  (name.split(/[\\/]/).at(-1) ?? '').replace(/\p{Cc}/gu, ' ').trim() || 'responses.csv';

async function begin(
  program: Program,
  { tenant, id: by }: StaffAccess,
  request: Request,
  bank: string,
  query: CalibrationQuery,
): Promise<Stored<CalibrationJob>> {
  const base = program.bank.latestRelease(bank);
  program.calibrations.requireFree();
  const madeAt = program.now();
  const { model, anchors, groups, duplicates, equivalentGroups } = query;
  const facts = {
    bank,
    base: base.id,
    model,
    anchors,
    by,
    ...(equivalentGroups === undefined ? {} : { equivalentGroups: true as const }),
  };
  if (query.source === 'sessions')
    return program.calibrations.begin(tenant, {
      ...facts,
      source: { kind: 'sessions' },
      task: async () => ({
        ...requestOf(base, query),
        file: bank,
        madeAt,
        responses: await liveResponses(program, tenant, bankItems(base)),
      }),
    });
  if (request.headers['content-type'] !== 'application/octet-stream') throw new Problem('unsupported-media');
  // What is announced to be too large is not taken in at all.
  if (Number(request.headers['content-length'] ?? 0) > responseFileLimits.sent)
    throw new Problem('too-large', { limit: responseFileLimits.sent });
  const name = shownName(query.name ?? '');
  const path = await program.calibrations.uploadPath(/\.(jsonl|ndjson)(\.gz)?$/.test(name) ? 'jsonl' : 'csv');
  const bytes = await receiveFile(request, path, responseFileLimits, name.endsWith('.gz'));
  const read = { ...(groups === undefined ? {} : { groups }), ...(duplicates === undefined ? {} : { duplicates }) };
  const responses = { path, ...read, highest: highestScore, mostResponses: responseFileLimits.responses };
  const start: Start = {
    ...facts,
    ...read,
    file: path,
    source: { kind: 'file', name, bytes },
    task: () => Promise.resolve({ ...requestOf(base, query), file: name, madeAt, responses }),
  };
  try {
    return await program.calibrations.begin(tenant, start);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** The job as it is, at once and at every change; the stream ends when the job does. */
async function follow(
  program: Program,
  view: (stored: Stored<CalibrationJob>) => CalibrationView,
  key: { tenant: string; id: string },
  request: Request,
  response: Response,
): Promise<void> {
  const stream = openEventStream(request, response, program.timers);
  const send = async (): Promise<void> => {
    const stored = await program.calibrations.get(key);
    if (stored !== undefined) stream.send('calibration', view(stored));
  };
  const changed = (): void => {
    send().catch((error: unknown) => program.log.error({ err: error }, 'calibration not sent'));
  };
  const stops = [program.calibrations.watch(key, changed), program.timers.every(5_000, changed)];
  await send();
  await stream.closed;
  for (const stop of stops) stop();
}

export function calibrationEndpoints(program: Program): Endpoint[] {
  const common = { guard: guards(program).staff('designer'), access: 'designer' } as const;
  const { bank: store, banks, calibrations } = program;
  const view = (stored: Stored<CalibrationJob>): CalibrationView =>
    calibrationView(stored, store.allReleases(), store.latestRelease(stored.value.bank), program.now());
  /** A job of another agency is not there. */
  const own = async ({ tenant }: StaffAccess, id: string): Promise<Stored<CalibrationJob>> => {
    const stored = await calibrations.get({ tenant, id });
    if (stored === undefined) throw new Problem('not-found');
    return stored;
  };
  const releasesOf = async (bank: string): Promise<ReleaseView[]> => {
    const [current, { state }] = [store.currentRelease(bank), await banks.load(bank)];
    return store
      .allReleases()
      .filter((release) => release.bank === bank)
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
      .map((release) => releaseView(release, current, state));
  };
  return [
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/banks/:bank/releases',
      summary: 'The releases of a bank, newest first',
      reply: z.array(ReleaseView),
      problems: ['not-found'],
      handle: ({ param }) => orProblem(() => releasesOf(param('bank'))),
    }),
    commandEndpoint({
      ...common,
      method: 'post',
      path: '/designer/banks/:bank/in-force',
      summary: 'Put a release in force for new sittings',
      body: InForceChoice,
      problems: ['not-found', 'wrong-state'],
      handle: ({ access, param, body }) => orProblem(() => banks.putInForce(param('bank'), { ...body, by: access.id })),
    }),
    uploadEndpoint({
      ...common,
      method: 'post',
      path: '/designer/banks/:bank/calibrations',
      summary: 'Start a calibration on a file of responses, or on those of live sessions',
      query: CalibrationQuery,
      reply: CalibrationView,
      problems: ['not-found', 'wrong-state', 'unsupported-media', 'invalid-request', 'too-large'],
      handle: ({ access, request, param, query }) =>
        orProblem(async () => view(await begin(program, access, request, param('bank'), query))),
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/calibrations',
      summary: "The agency's calibrations, newest first",
      reply: z.array(CalibrationSummary),
      handle: async ({ access }) =>
        (await calibrations.list(access.tenant)).map((stored) =>
          calibrationSummary(stored, store.allReleases(), program.now()),
        ),
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/calibrations/:id',
      summary: 'A calibration',
      reply: CalibrationView,
      problems: ['not-found'],
      handle: async ({ access, param }) => view(await own(access, param('id'))),
    }),
    rawEndpoint({
      ...common,
      method: 'get',
      path: '/designer/calibrations/:id/events',
      summary: 'A calibration, at once and at every change',
      reply: 'stream',
      problems: ['not-found'],
      handle: async ({ access, param, request, response }) =>
        follow(program, view, await own(access, param('id')), request, response),
    }),
    rawEndpoint({
      ...common,
      method: 'get',
      path: '/designer/calibrations/:id/files/:file',
      summary: 'The report of a calibration, or one of its tables',
      reply: 'bytes',
      problems: ['not-found'],
      handle: async ({ access, param, request, response }) => {
        const [{ tenant, id, value }, name] = [
          await own(access, param('id')),
          CalibrationFile.safeParse(param('file')),
        ];
        const content =
          name.success && value.files?.includes(name.data) === true
            ? await calibrations.file({ tenant, id }, name.data)
            : undefined;
        if (!name.success || content === undefined) throw new Problem('not-found');
        sendPacked(request, response, content, name.data);
      },
    }),
    commandEndpoint({
      ...common,
      method: 'post',
      path: '/designer/calibrations/:id/cancel',
      summary: 'Cancel a calibration that runs',
      problems: ['not-found', 'wrong-state'],
      handle: ({ access, param }) => orProblem(async () => calibrations.cancel(await own(access, param('id')))),
    }),
    commandEndpoint({
      ...common,
      method: 'post',
      path: '/designer/calibrations/:id/erase-files',
      summary: 'Erase the report and the tables of a calibration for good',
      problems: ['not-found', 'wrong-state'],
      handle: ({ access, param }) =>
        orProblem(async () => {
          const { tenant, id } = await own(access, param('id'));
          await calibrations.eraseFiles({ tenant, id });
        }),
    }),
    jsonEndpoint({
      ...common,
      method: 'post',
      path: '/designer/calibrations/:id/release',
      summary: 'A new release with new parameters of the chosen items; not yet in force',
      body: PublicationRequest,
      reply: ReleaseView,
      problems: ['not-found', 'wrong-state'],
      handle: ({ access, param, body }) =>
        orProblem(async () => {
          const { id, value } = await own(access, param('id'));
          if (value.state !== 'finished' || value.outcome === undefined)
            throw new Problem('wrong-state', { reason: 'calibration-not-finished' });
          const release = await banks.publish(value.bank, {
            base: value.base,
            job: id,
            model: value.model,
            anchors: value.anchors,
            by: access.id,
            reason: body.reason,
            rows: chosenRows(program, value, body.items),
          });
          return releaseView(release, store.currentRelease(value.bank), (await banks.load(value.bank)).state);
        }),
    }),
  ];
}

/** The chosen items as rows of a release. A name that was not calibrated, or twice the same, is no choice. */
function chosenRows({ bank }: Program, { base, outcome }: CalibrationJob, chosen: readonly string[]) {
  const release = bank.allReleases().find(({ id }) => id === base);
  const exposure = new Map(release?.parameters.map((row) => [row.id, row.exposure]));
  const items = new Map(outcome?.items.filter(isPublishable).map((item) => [item.id, item]));
  const refused = chosen.find((id, n) => !items.has(id) || chosen.indexOf(id) !== n);
  if (refused !== undefined)
    throw new Problem('invalid-request', {
      errors: [{ field: 'items', rule: `${refused} has no new parameters, or is named twice` }],
    });
  return chosen.flatMap((id) => {
    const item = items.get(id);
    const row = item === undefined ? undefined : publishedRow(item, exposure.get(id) ?? 1);
    return row === undefined ? [] : [row];
  });
}
