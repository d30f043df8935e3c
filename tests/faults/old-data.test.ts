/**
 * Data that an earlier version wrote, opened by the present program: everything verifies, what was released is there,
 * and what was under way goes on to its end. On both engines.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CandidateView } from '../../server/api/candidate/protocol.ts';
import type { CalibrationView, ReleaseView } from '../../server/api/designer/protocol.ts';
import type { ProctoringLog } from '../../server/api/invigilator/protocol.ts';
import type { CertificateCheck, ResultView } from '../../server/api/public/protocol.ts';
import { type OldName, oldIssuer, oldNames } from '../fixtures/old-data.ts';
import { type OldDataOpened, openOldLmdb, openOldMongo } from '../fixtures/open-old-data.ts';
import { hasMongo } from '../mongo.ts';
import { Candidate, Staff } from '../session-client.ts';

const launcher = join(import.meta.dirname, '../../bin/meetlat.mjs');

/** What `meetlat verify` prints; a process of its own, beside the server. */
function verify(environment: Readonly<Record<string, string>>, session: string): Promise<string> {
  const child = spawn(process.execPath, [launcher, 'verify', session], {
    env: { PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1', ...environment },
  });
  let output = '';
  const take = (data: Buffer): void => {
    output += data.toString();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}

async function anyone<T>(url: string, path: string, body: unknown): Promise<T> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.json();
}

/** Answers whatever is on the screen, until the receipt. */
async function toTheEnd(candidate: Candidate, from: CandidateView): Promise<CandidateView> {
  let view = from;
  for (let step = 0; view.screen.name !== 'receipt'; step += 1) {
    if (step > 200) throw new Error(`no end in sight at ${view.screen.name}`);
    const { screen } = view;
    if (screen.name === 'listening-item') view = await candidate.listen(view, (number) => number);
    else if (screen.name === 'speaking-turn') view = await candidate.speak(view);
    else if (screen.name === 'part-intro') ({ view } = await candidate.ask({ kind: 'start-part' }));
    else if (screen.name === 'review') ({ view } = await candidate.ask({ kind: 'submit' }));
    else if (screen.name === 'linear-item') {
      const option = screen.item.options[0]?.handle ?? '';
      const position = screen.number === screen.total ? 0 : screen.number + 1;
      ({ view } = await candidate.ask(
        { kind: 'answer', handle: screen.item.handle, option },
        { kind: 'go', position },
      ));
    } else throw new Error(`what to do at ${screen.name}?`);
  }
  return view;
}

async function rateAll(examiner: Staff): Promise<number> {
  for (let rated = 0, empty = 0; ;) {
    const claim = await examiner.post<{ performance: string; criteria: string[] } | null>('/examiner/claims');
    if (claim === null) {
      if ((empty += 1) > 20) return rated;
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    await examiner.post(`/examiner/claims/${claim.performance}/rating`, {
      scores: Object.fromEntries(claim.criteria.map((criterion) => [criterion, 3])),
    });
    rated += 1;
  }
}

describe.each([
  ['LMDB', true, openOldLmdb],
  ['MongoDB', hasMongo(true), openOldMongo],
] as const)('old data on %s', (_, isThere, open) => {
  if (!isThere) {
    it.skip('needs a mongod');
    return;
  }
  let opened: OldDataOpened;
  let invigilator: Staff;
  let examiner: Staff;
  beforeAll(async () => {
    opened = await open();
    invigilator = await Staff.login(opened.server.url, await opened.server.account('invigilator'));
    examiner = await Staff.login(opened.server.url, await opened.server.account('examiner'));
  });
  afterAll(() => opened?.end());

  const sessionOf = (name: OldName): string => opened.data.sessions[name].session;
  const resultOf = (key: string | undefined): Promise<ResultView> =>
    anyone(opened.server.url, '/public/result', { key });
  const released = (key: string | undefined): Promise<unknown> =>
    expect.poll(async () => (await resultOf(key)).state, { timeout: 20_000 }).toBe('released');
  const keyOf = (view: CandidateView): string =>
    view.screen.name === 'receipt' ? (view.screen.resultPath.split('#')[1] ?? '') : '';
  async function verified(...names: readonly OldName[]): Promise<void> {
    for (let n = 0; n < names.length; n += 2)
      await Promise.all(
        names.slice(n, n + 2).map(async (name) => {
          const output = await verify(opened.environment, sessionOf(name));
          expect(output, name).toMatch(/^VERIFIED$/m);
          expect(output, name).toMatch(/checkpoints [1-9]\d* signed, [1-9]\d* streams, 0 findings/);
        }),
      );
  }
  /** A new code, and the candidate is in again. */
  async function back(name: OldName): Promise<{ readonly candidate: Candidate; readonly view: CandidateView }> {
    const { code } = await invigilator.post<{ code: string }>(`/invigilator/sessions/${sessionOf(name)}/code`);
    return admitted(name, code);
  }
  async function admitted(name: OldName, code: string): Promise<{ candidate: Candidate; view: CandidateView }> {
    const candidate = await Candidate.arrive(opened.server.url, code, sessionOf(name));
    await invigilator.post(`/invigilator/sessions/${sessionOf(name)}/admit`);
    return { candidate, view: await candidate.take() };
  }

  it('nothing that names a person lies in clear any more', async () => {
    expect(opened.words.length).toBeGreaterThan(30);
    expect(opened.words).toContain(opened.data.sessions['mo-passed'].key);
    expect(await opened.inClear(opened.words)).toEqual([]);
    for (const word of opened.words) expect(opened.server.output).not.toContain(word);
  });

  it('every session and every checkpoint verifies', async () => {
    await verified(...oldNames);
  }, 120_000);

  it('results that were released are there, and their certificates verify', async () => {
    const { sessions } = opened.data;
    expect(await resultOf(sessions['mo-failed'].key)).toMatchObject({ state: 'released', outcome: 'fail' });
    await released(sessions['mo-ended'].key);
    expect(await resultOf(sessions['mo-ended'].key)).toMatchObject({ outcome: 'void' });
    expect(await resultOf(sessions['nt2-passed'].key)).toMatchObject({ outcome: 'pass', requiredLevel: 'B1' });
    expect(await resultOf(sessions['nt2-half-rated'].key)).toMatchObject({ state: 'waiting-for-rating' });
    for (const name of ['mo-passed', 'nt2-passed'] as const) {
      const { credential } = await resultOf(sessions[name].key);
      const check = await anyone<CertificateCheck>(opened.server.url, '/public/check', { credential });
      expect(check, name).toMatchObject({ valid: true, issuer: oldIssuer });
    }
  });

  it('what was pending when the program was killed is done', async () => {
    await released(opened.data.sessions['mo-closed-just-now'].key);
    const storage = await opened.storage();
    await expect.poll(() => storage.journal.pending(10), { timeout: 20_000 }).toEqual([]);
    await storage.close();
  });

  it('the proctoring log tells what happened', async () => {
    const log = await invigilator.get<ProctoringLog>(`/invigilator/sessions/${sessionOf('mo-open')}/log`);
    const types = log.entries.map(({ type }) => type);
    for (const type of [
      'paused',
      'resumed',
      'extra-time-granted',
      'page-hidden',
      'connection-lost',
      'connection-restored',
    ])
      expect(types).toContain(type);
  });

  it('a linear session goes on where it was, to its result', async () => {
    const { candidate, view } = await back('mo-open');
    expect(view.screen).toMatchObject({ name: 'linear-item', number: 13, flagged: true });
    const overview = view.screen.name === 'linear-item' ? view.screen.overview : [];
    expect(overview.filter(({ answered }) => answered)).toHaveLength(12);
    const key = keyOf(await toTheEnd(candidate, view));
    await released(key);
    await verified('mo-open');
  }, 60_000);

  it('an adaptive session goes on after its pause; its recordings are rated', async () => {
    const { candidate, view } = await back('nt2-open');
    expect(view).toMatchObject({ paused: true, screen: { name: 'paused' } });
    await invigilator.post(`/invigilator/sessions/${sessionOf('nt2-open')}/resume`);
    const resumed = await candidate.view();
    expect(resumed.screen).toMatchObject({ name: 'listening-item', number: 7 });
    const receipt = await toTheEnd(candidate, resumed);
    const held = await examiner.get<{ performance: string } | null>('/examiner/claims/current');
    expect(held?.performance).toBe(opened.data.sessions['nt2-half-rated'].held);
    expect(await rateAll(examiner)).toBe(6);
    await released(opened.data.sessions['nt2-half-rated'].key);
    await released(keyOf(receipt));
    await verified('nt2-open', 'nt2-half-rated');
  }, 120_000);

  it('who was registered begins with the code of that day', async () => {
    const { sessions } = opened.data;
    const first = await admitted('nt2-registered', sessions['nt2-registered'].code ?? '');
    expect((await first.candidate.toFirstPart()).screen.name).toBe('listening-item');
    const second = await admitted('mo-registered-again', sessions['mo-registered-again'].code ?? '');
    expect((await second.candidate.toFirstPart()).screen.name).toBe('linear-item');
    await verified('nt2-registered', 'mo-registered-again');
  }, 60_000);

  it('the bank is as the designer left it', async () => {
    const designer = await Staff.login(opened.server.url, await opened.server.account('designer'));
    const releases = await designer.get<ReleaseView[]>('/designer/banks/nt2-listening/releases');
    const { calibration } = opened.data;
    expect(releases.find(({ inForce }) => inForce)?.id).toBe(calibration.release);
    const job = await designer.get<CalibrationView>(`/designer/calibrations/${calibration.job}`);
    expect(job).toMatchObject({ state: 'finished', release: calibration.release });
    const response = await fetch(
      `${opened.server.url}/api/v1/designer/calibrations/${calibration.job}/files/items.csv`,
      { headers: { cookie: designer.cookie } },
    );
    expect(await response.text()).toContain(calibration.items[0]);
  });
});
