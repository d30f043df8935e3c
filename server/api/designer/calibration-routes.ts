/** A designer's calibrations: responses in, a job that runs beside everything else, and what it leaves. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import { doneBy } from '../../../people/staff/staff-log.ts';
import type { Stored } from '../../../storage/port.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint, rawEndpoint, uploadEndpoint } from '../../http/endpoint.ts';
import { sendPacked } from '../../http/packed.ts';
import { Problem } from '../../http/problem.ts';
import { openEventStream } from '../../http/sse.ts';
import type { CalibrationJob } from '../../calibration-job.ts';
import { type StaffAccess, guards } from '../access.ts';
import { beginCalibration } from './calibration-start.ts';
import type { DesignerCalibrationPorts } from './ports.ts';
import { orProblem } from './problems.ts';
import { CalibrationFile, CalibrationQuery, CalibrationSummary, CalibrationView } from './protocol.ts';
import { calibrationSummary, calibrationView } from './view.ts';

/** The job as it is, at once and at every change; the stream ends when the job does. */
async function follow(
  program: Pick<DesignerCalibrationPorts, 'calibrations' | 'timers' | 'log'>,
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

/** A job of another agency is not there. */
export async function ownCalibration(
  { calibrations }: Pick<DesignerCalibrationPorts, 'calibrations'>,
  { tenant }: StaffAccess,
  id: string,
): Promise<Stored<CalibrationJob>> {
  const stored = await calibrations.get({ tenant, id });
  if (stored === undefined) throw new Problem('not-found');
  return stored;
}

/** A file of the job, packed; a name that is none, or of which nothing was kept, is not found. */
async function sendFile(
  program: Pick<DesignerCalibrationPorts, 'calibrations'>,
  { tenant, id, value }: Stored<CalibrationJob>,
  name: string,
  request: Request,
  response: Response,
): Promise<void> {
  const file = CalibrationFile.safeParse(name);
  const content =
    file.success && value.files?.includes(file.data) === true
      ? await program.calibrations.file({ tenant, id }, file.data)
      : undefined;
  if (!file.success || content === undefined) throw new Problem('not-found');
  sendPacked(request, response, content, file.data);
}

export function calibrationEndpoints(program: DesignerCalibrationPorts): Endpoint[] {
  const common = { guard: guards(program).staff('designer'), access: 'designer' } as const;
  const { bank, calibrations, now } = program;
  const view = (stored: Stored<CalibrationJob>): CalibrationView =>
    calibrationView(stored, bank.allReleases(), bank.latestRelease(stored.value.bank), now());
  return [
    uploadEndpoint({
      ...common,
      method: 'post',
      path: '/designer/banks/:bank/calibrations',
      summary: 'Start a calibration on a file of responses, or on those of live sessions',
      query: CalibrationQuery,
      reply: CalibrationView,
      problems: ['not-found', 'wrong-state', 'unsupported-media', 'invalid-request', 'too-large'],
      handle: ({ access, request, param, query }) =>
        orProblem(async () => {
          const begun = await beginCalibration(program, access, request, param('bank'), query);
          await program.staffLog.record(access.tenant, doneBy('calibration-started', access.id, begun.id));
          return view(begun);
        }),
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/calibrations',
      summary: "The agency's calibrations, newest first",
      reply: z.array(CalibrationSummary),
      handle: async ({ access }) =>
        (await calibrations.list(access.tenant)).map((stored) => calibrationSummary(stored, bank.allReleases(), now())),
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/designer/calibrations/:id',
      summary: 'A calibration',
      reply: CalibrationView,
      problems: ['not-found'],
      handle: async ({ access, param }) => view(await ownCalibration(program, access, param('id'))),
    }),
    rawEndpoint({
      ...common,
      method: 'get',
      path: '/designer/calibrations/:id/events',
      summary: 'A calibration, at once and at every change',
      reply: 'stream',
      problems: ['not-found'],
      handle: async ({ access, param, request, response }) =>
        follow(program, view, await ownCalibration(program, access, param('id')), request, response),
    }),
    ...resultEndpoints(program),
  ];
}

/** What is done with one calibration: its files, its end. */
function resultEndpoints(program: DesignerCalibrationPorts): Endpoint[] {
  const common = { guard: guards(program).staff('designer'), access: 'designer' } as const;
  return [
    rawEndpoint({
      ...common,
      method: 'get',
      path: '/designer/calibrations/:id/files/:file',
      summary: 'The report of a calibration, or one of its tables',
      reply: 'bytes',
      problems: ['not-found'],
      handle: async ({ access, param, request, response }) => {
        const own = await ownCalibration(program, access, param('id'));
        await program.staffLog.record(access.tenant, doneBy('calibration-read', access.id, own.id));
        await sendFile(program, own, param('file'), request, response);
      },
    }),
    commandEndpoint({
      ...common,
      method: 'post',
      path: '/designer/calibrations/:id/cancel',
      summary: 'Cancel a calibration that runs',
      problems: ['not-found', 'wrong-state'],
      handle: ({ access, param }) =>
        orProblem(async () => {
          const own = await ownCalibration(program, access, param('id'));
          await program.calibrations.cancel(own);
          await program.staffLog.record(access.tenant, doneBy('calibration-cancelled', access.id, own.id));
        }),
    }),
    commandEndpoint({
      ...common,
      method: 'post',
      path: '/designer/calibrations/:id/erase-files',
      summary: 'Erase the report and the tables of a calibration for good',
      problems: ['not-found', 'wrong-state'],
      handle: ({ access, param }) =>
        orProblem(async () => {
          const { tenant, id } = await ownCalibration(program, access, param('id'));
          await program.calibrations.eraseFiles({ tenant, id });
          await program.staffLog.record(tenant, doneBy('calibration-erased', access.id, id));
        }),
    }),
  ];
}
