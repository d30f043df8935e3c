/** How a designer's calibration begins: where the responses come from, and what is estimated of them. */
import { rm } from 'node:fs/promises';
import type { Request } from 'express';
import { responsesOf } from '../../../delivery/responses/read.ts';
import { SessionResponses } from '../../../delivery/responses/response-data.ts';
import { sessionKind } from '../../../delivery/sessions/run.ts';
import type { BankItem } from '../../../item-bank/calibration/recalibrate.ts';
import type { ResponseData } from '../../../item-bank/calibration/stream-responses.ts';
import type { Release } from '../../../item-bank/releases/release.ts';
import { defined } from '../../../storage/document/defined.ts';
import type { Stored } from '../../../storage/port.ts';
import { Problem } from '../../http/problem.ts';
import { receiveFile } from '../../http/receive-file.ts';
import type { WorkerTask } from '../../jobs/calibration-worker.ts';
import type { CalibrationJob } from '../../calibration-job.ts';
import type { CalibrationStart } from '../../jobs/calibrations.ts';
import type { StaffAccess } from '../access.ts';
import type { DesignerCalibrationPorts } from './ports.ts';
import { type CalibrationQuery, responseFileLimits } from './protocol.ts';

/** Closed sessions of a tenant; others get their turn after every few. */
async function liveResponses(
  program: DesignerCalibrationPorts,
  tenant: string,
  items: readonly BankItem[],
): Promise<ResponseData> {
  const responses = new SessionResponses(new Map(items.map(({ id, version }) => [id, version])));
  let after: string | undefined;
  do {
    const page = await program.sessionList.find(tenant, {
      index: 'registeredAt',
      equal: [],
      limit: 50,
      ...(after === undefined ? {} : { after }),
    });
    for (const { id } of page.documents) {
      const stream = { tenant, kind: sessionKind, id };
      const session = await program.refusedStreams.unlessDamaged(stream, () => program.sessions.load(stream));
      if (session === undefined) responses.leaveOut(id);
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

/** Throws Problem, CalibrationRefused, UnknownPublication. */
export async function beginCalibration(
  program: DesignerCalibrationPorts,
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
  const read = defined({ groups, duplicates });
  const responses = { path, ...read, highest: highestScore, mostResponses: responseFileLimits.responses };
  const start: CalibrationStart = {
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
