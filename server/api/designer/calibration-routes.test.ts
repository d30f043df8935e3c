/**
 * Calibrations over HTTP, in the built program with real storage and a real thread: from a file of responses to a
 * release in force.
 */
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createRng } from 'itemresponsetheory';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../../../tests/server-process.ts';
import { Candidate, ProblemReply, Staff, person } from '../../../tests/session-client.ts';
import {
  type CalibrationSummary,
  type CalibrationView,
  type ItemPage,
  type ReleaseView,
  responseFileLimits,
} from './protocol.ts';

let server: ServerProcess;
let designer: Staff;
beforeAll(async () => {
  server = await ServerProcess.start();
  designer = await Staff.login(server.url, await server.account('designer'));
});
afterAll(() => server.dispose());
/** A test that fails leaves no job to the next. */
afterEach(async () => {
  const running = (await designer.get<CalibrationSummary[]>('/designer/calibrations')).filter(
    ({ state }) => state === 'running',
  );
  for (const { id } of running) await designer.post(`/designer/calibrations/${id}/cancel`).catch(() => undefined);
});

const bank = 'nt2-listening';
const itemIds = async (): Promise<string[]> =>
  (await designer.get<ItemPage>(`/designer/banks/${bank}/items`)).items
    .filter(({ use }) => use === 'operational')
    .map(({ id }) => id);
/** Journal rows name the version answered; another than the bank's present one would be another item. */
const itemVersions = async (): Promise<ReadonlyMap<string, number>> =>
  new Map(
    (await designer.get<ItemPage>(`/designer/banks/${bank}/items`)).items.map(({ id, version }) => [id, version]),
  );

/** Answers under a Rasch model to items of rising difficulty. */
function csvOf(items: readonly string[], persons: number): string {
  const rng = createRng(11);
  const lines = Array.from({ length: persons }, (_, p) => {
    const theta = rng.normal();
    return [
      `P${p}`,
      ...items.map((_id, n) =>
        rng.uniform() < 1 / (1 + Math.exp((n - items.length / 2) / (items.length / 4) - theta)) ? 1 : 0,
      ),
    ].join();
  });
  return [`person,${items.join()}`, ...lines].join('\n');
}

interface Query {
  source?: string;
  model?: string;
  anchors?: string;
  name?: string;
  groups?: string;
  duplicates?: string;
  equivalentGroups?: string;
}
async function begin(
  body: string | Uint8Array<ArrayBuffer> | undefined,
  query: Query = {},
  headers: Record<string, string> = {},
): Promise<CalibrationView> {
  const parameters = new URLSearchParams({
    source: 'file',
    model: 'rasch',
    anchors: 'linked',
    name: 'afname.csv',
    ...query,
  });
  const response = await fetch(`${server.url}/api/v1/designer/banks/${bank}/calibrations?${parameters.toString()}`, {
    method: 'POST',
    headers: {
      cookie: designer.cookie,
      ...(body === undefined ? {} : { 'content-type': 'application/octet-stream' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  if (response.ok) return response.json();
  const problem: Record<string, unknown> = await response.json();
  throw new ProblemReply(response.status, String(problem['code']), problem);
}
/** Status of an upload that announces so many bytes and sends one. */
function announced(bytes: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server.url}/api/v1/designer/banks/${bank}/calibrations?source=file&model=rasch&anchors=none`,
      {
        method: 'POST',
        headers: { cookie: designer.cookie, 'content-type': 'application/octet-stream', 'content-length': bytes },
      },
      ({ statusCode }) => {
        resolve(statusCode);
        sent.destroy();
      },
    );
    sent.on('error', reject);
    sent.write('x');
  });
}
const view = (id: string): Promise<CalibrationView> => designer.get(`/designer/calibrations/${id}`);
async function ended(id: string): Promise<CalibrationView> {
  await expect.poll(async () => (await view(id)).state, { timeout: 40_000, interval: 100 }).not.toBe('running');
  return view(id);
}
const uploads = (): Promise<string[]> => readdir(join(server.folder, 'uploads')).catch(() => []);
const refusal = (status: number, code: string, more: object = {}) => expect.objectContaining({ status, code, ...more });

describe('a calibration', () => {
  it('runs beside the server, tells how it goes, and becomes a release that is put in force', async () => {
    const items = (await itemIds()).slice(0, 30);
    const started = await begin(csvOf(items, 800));
    expect(started).toMatchObject({ state: 'running', file: 'afname.csv' });
    const stream = await fetch(`${server.url}/api/v1/designer/calibrations/${started.id}/events`, {
      headers: { cookie: designer.cookie },
    });
    const seen: CalibrationView[] = [];
    let rest = '';
    for await (const bytes of stream.body ?? []) {
      const blocks = (rest + new TextDecoder().decode(bytes)).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^event: calibration\ndata: (.*)$/.exec(block)?.[1];
        if (data !== undefined) seen.push(JSON.parse(data));
      }
      if (seen.length > 0 && seen.at(-1)?.state !== 'running') break;
    }
    const done = await view(started.id);
    expect(seen.at(-1)).toEqual(done);
    expect(done).toMatchObject({
      state: 'finished',
      read: { persons: 800, items: 30 },
      superseded: false,
      outcome: { persons: 800, converged: true, link: { items: 30, slope: 1 } },
    });
    expect(done.progress?.cycle).toBeGreaterThan(1);
    expect(await uploads()).toEqual([]);
    const kept = done.outcome?.items.filter(({ publishable }) => publishable).map(({ id }) => id) ?? [];
    expect(kept).toHaveLength(30);

    const fetched = async (name: string, headers: Record<string, string> = { cookie: designer.cookie }) =>
      fetch(`${server.url}/api/v1/designer/calibrations/${started.id}/files/${name}`, { headers });
    for (const language of ['nl', 'en']) {
      const report = await fetched(`report.${language}.html`);
      expect(report.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'unsafe-inline'.*sandbox$/,
      );
      expect([report.headers.get('cache-control'), report.headers.get('content-type')]).toEqual([
        'no-store',
        'text/html; charset=utf-8',
      ]);
      const page = await report.text();
      expect(page).toContain(`<html lang="${language}">`);
      expect(page).toContain('afname.csv');
      expect(page).not.toMatch(/<script|src=|href=|NaN|undefined/);
    }
    const persons = await fetched('persons.csv', { cookie: designer.cookie, 'accept-encoding': 'identity' });
    expect(persons.headers.get('content-disposition')).toBe('attachment; filename="persons.csv"');
    expect((await persons.text()).split('\r\n')).toHaveLength(802);
    expect(await (await fetched('calibration.json')).json()).toMatchObject({
      schema: 'meetlat-calibration-1',
      file: 'afname.csv',
      persons: 800,
      calibration: { logLikelihood: done.outcome?.logLikelihood },
    });
    expect((await (await fetched('items.csv')).text()).split('\r\n')).toHaveLength(32);
    expect((await fetched('distractors.csv')).status).toBe(404);
    expect([
      (await fetched('secret')).status,
      (await fetched('persons.csv', {})).status,
      (
        await fetched('persons.csv', {
          cookie: (await Staff.login(server.url, await server.account('examiner'))).cookie,
        })
      ).status,
    ]).toEqual([404, 401, 403]);

    const before = await designer.get<ReleaseView[]>(`/designer/banks/${bank}/releases`);
    expect(before.map(({ id, inForce }) => [id, inForce])).toEqual([[started.base, true]]);
    const chosen = kept.slice(0, 10);
    const made = await designer.post<ReleaseView>(`/designer/calibrations/${started.id}/release`, {
      items: chosen,
      reason: 'Eerste afname',
    });
    expect(made).toMatchObject({
      id: 'nt2-listening-2',
      inForce: false,
      calibrated: 10,
      recalibration: { base: started.base, job: started.id, reason: 'Eerste afname', replaced: chosen },
    });
    expect(await designer.get<CalibrationSummary[]>('/designer/calibrations')).toEqual([
      expect.objectContaining({ id: started.id, release: 'nt2-listening-2' }),
    ]);
    await expect(
      designer.post(`/designer/calibrations/${started.id}/release`, { items: chosen, reason: 'Nog eens' }),
    ).rejects.toEqual(refusal(409, 'wrong-state', { body: expect.objectContaining({ reason: 'published-already' }) }));

    const shown = async (): Promise<number | undefined> =>
      (await designer.get<ItemPage>(`/designer/banks/${bank}/items`)).items.find(({ id }) => id === chosen[0])
        ?.difficulty;
    const old = await shown();
    const refused = (second: object) =>
      expect(designer.post(`/designer/banks/${bank}/in-force`, { release: made.id, reason: 'Alleen', ...second }))
        .rejects;
    await refused({}).toEqual(refusal(400, 'invalid-request'));
    const alone = expect.objectContaining({ reason: 'same-person' });
    await refused({ confirmedBy: await server.account('designer') }).toEqual(
      refusal(403, 'not-allowed', { body: alone }),
    );
    const confirmedBy = await server.account('invigilator');
    await refused({ confirmedBy: { ...confirmedBy, password: 'not that' } }).toEqual(refusal(401, 'wrong-password'));
    await designer.post(`/designer/banks/${bank}/in-force`, { release: made.id, reason: 'Nagekeken', confirmedBy });
    expect(await shown()).toBe(done.outcome?.items.find(({ id }) => id === chosen[0])?.estimate?.difficulty);
    expect(await shown()).not.toBe(old);
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    await invigilator.post('/invigilator/sessions', person());
    const after = await designer.get<ReleaseView[]>(`/designer/banks/${bank}/releases`);
    expect(after.map(({ id, inForce }) => [id, inForce])).toEqual([
      ['nt2-listening-2', true],
      [started.base, false],
    ]);
    expect(after[0]?.choices).toEqual([
      expect.objectContaining({
        previous: started.base,
        by: (await server.account('designer')).account,
        confirmedBy: confirmedBy.account,
        reason: 'Nagekeken',
      }),
    ]);
  });

  it('can be cancelled; one at a time runs', async () => {
    const items = await itemIds();
    const started = await begin(csvOf(items, 4000), { model: '2pl' });
    await expect(begin(csvOf(items.slice(0, 3), 20))).rejects.toEqual(
      refusal(409, 'wrong-state', { body: expect.objectContaining({ reason: 'calibration-busy' }) }),
    );
    await expect(
      designer.post(`/designer/calibrations/${started.id}/release`, { items: ['x'], reason: 'Te vroeg' }),
    ).rejects.toEqual(refusal(409, 'wrong-state'));
    await designer.post(`/designer/calibrations/${started.id}/cancel`);
    expect(await view(started.id)).toMatchObject({ state: 'cancelled' });
    expect(await uploads()).toEqual([]);
    await expect(designer.post(`/designer/calibrations/${started.id}/cancel`)).rejects.toEqual(
      refusal(409, 'wrong-state', { body: expect.objectContaining({ reason: 'calibration-not-running' }) }),
    );
  });

  it('leaves the server free while it runs', async () => {
    const started = await begin(csvOf(await itemIds(), 4000), { model: '2pl' });
    for (let n = 0; n < 20; n += 1) expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect((await view(started.id)).state).toBe('running');
    await designer.post(`/designer/calibrations/${started.id}/cancel`);
  });

  it('is interrupted when the server ends, by a stop or a power cut, and nothing of it is published', async () => {
    const csv = csvOf(await itemIds(), 4000);
    const releases = await designer.get<ReleaseView[]>(`/designer/banks/${bank}/releases`);
    const stopped = await begin(csv, { model: '2pl' });
    await server.stop();
    await server.launch();
    expect(await view(stopped.id)).toMatchObject({ state: 'interrupted' });
    const killed = await begin(csv, { model: '2pl' });
    await server.kill();
    await server.launch();
    await expect.poll(async () => (await view(killed.id)).state, { timeout: 20_000 }).toBe('interrupted');
    await expect.poll(uploads, { timeout: 20_000 }).toEqual([]);
    expect(await designer.get<ReleaseView[]>(`/designer/banks/${bank}/releases`)).toEqual(releases);
    await expect(
      designer.post(`/designer/calibrations/${killed.id}/release`, { items: ['x'], reason: 'Toch maar' }),
    ).rejects.toEqual(refusal(409, 'wrong-state'));
  });

  it('takes gzip, and says when there are no live sessions to read', async () => {
    const packed = await begin(new Uint8Array(gzipSync(csvOf((await itemIds()).slice(0, 5), 200))), {
      name: 'afname.csv.gz',
    });
    expect(await ended(packed.id)).toMatchObject({ state: 'finished', read: { persons: 200, items: 5 } });
    const live = await begin(undefined, { source: 'sessions' });
    expect(await ended(live.id)).toMatchObject({
      source: 'sessions',
      state: 'failed',
      failure: { code: 'too-few-items' },
    });
  });

  it('reads the closed sessions straight from the journal', async () => {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    for (let n = 0; n < 14; n += 1) {
      const candidate = await Candidate.admitted(invigilator);
      await candidate.listen(await candidate.toFirstPart(), (number) => number + n);
      if (n > 0)
        await invigilator.post(`/invigilator/sessions/${candidate.session}/end`, { reason: 'Einde van de proef' });
    }
    const done = await ended((await begin(undefined, { source: 'sessions', anchors: 'none' })).id);
    expect(done).toMatchObject({ source: 'sessions', state: 'finished', read: { persons: 13 } });
    expect(done.outcome?.items.length).toBeGreaterThan(20);
    expect(done.outcome?.items.some(({ light, reasons }) => light === 'look' && reasons.includes('few'))).toBe(true);
  });

  it('takes groups, duplicates and journal rows like the command', async () => {
    const items = (await itemIds()).slice(0, 6);
    const versions = await itemVersions();
    const long = csvOf(items, 300)
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [person = '', ...cells] = line.split(',');
        return cells.map((cell, n) => ({ person, item: items[n] ?? '', cell: Number(cell) }));
      });
    const csv = [
      'person,item,response,school',
      ...[...long, ...long.slice(0, 3)].map(
        ({ person, item, cell }) => `${person},${item},${cell},${Number(person.slice(1)) % 2}`,
      ),
    ].join('\n');
    expect(await ended((await begin(csv, { groups: 'school', anchors: 'none' })).id)).toMatchObject({
      state: 'failed',
      failure: { code: 'duplicate-response' },
    });
    expect(
      await ended((await begin(csv, { groups: 'school', anchors: 'none', duplicates: 'first' })).id),
    ).toMatchObject({ state: 'finished', outcome: { persons: 300, converged: true } });
    expect(await ended((await begin(csv, { groups: 'class', anchors: 'none' })).id)).toMatchObject({
      state: 'failed',
      failure: { code: 'unknown-column' },
    });
    const rows = long
      .map(({ person, item, cell }) =>
        JSON.stringify({ session: person, item, version: versions.get(item), category: cell }),
      )
      .join('\n');
    const journal = await ended(
      (await begin(new Uint8Array(gzipSync(rows)), { name: 'rows.jsonl.gz', anchors: 'none' })).id,
    );
    expect(journal.outcome?.items.map(({ id }) => id)).toEqual(items);
    expect(journal.files).not.toContain('distractors.csv');
    const chosen = long
      .map(({ person, item, cell }, n) =>
        JSON.stringify({
          session: person,
          item,
          version: versions.get(item),
          category: cell,
          choice: cell === 1 ? 0 : 1 + (Math.floor(n / items.length) % 3),
        }),
      )
      .join('\n');
    const told = await ended((await begin(chosen, { name: 'rows.jsonl', anchors: 'none' })).id);
    const file = async (name: string): Promise<Response> =>
      fetch(`${server.url}/api/v1/designer/calibrations/${told.id}/files/${name}`, {
        headers: { cookie: designer.cookie },
      });
    expect(
      (await (await file('distractors.csv')).text())
        .split('\r\n')
        .filter((line) => line.startsWith(`${items[0] ?? ''},`)),
    ).toHaveLength(4);
    const other = await Staff.login(server.url, await server.account('examiner'));
    await expect(other.post(`/designer/calibrations/${told.id}/erase-files`)).rejects.toEqual(
      refusal(403, 'not-allowed'),
    );
    await designer.post(`/designer/calibrations/${told.id}/erase-files`);
    expect(await view(told.id)).toMatchObject({
      state: 'finished',
      outcome: { persons: 300 },
      filesErasedAt: expect.any(String),
    });
    expect((await view(told.id)).files).toBeUndefined();
    expect([(await file('persons.csv')).status, (await file('report.nl.html')).status]).toEqual([404, 404]);
    await expect(designer.post(`/designer/calibrations/${told.id}/erase-files`)).rejects.toEqual(
      refusal(409, 'wrong-state', { body: expect.objectContaining({ reason: 'calibration-no-files' }) }),
    );
    const takers = Array.from({ length: 40 }, (_, n) => {
      const second = n % 3 === 0 ? 1 : 0;
      return n % 2 === 0 ? `P${n},${n % 4 === 0 ? 1 : 0},${second},,` : `P${n},,,${n % 4 === 1 ? 1 : 0},${second}`;
    });
    const apart = `person,${items.slice(0, 4).join()}\n${takers.join('\n')}\n`;
    expect(await ended((await begin(apart, { anchors: 'none' })).id)).toMatchObject({
      state: 'failed',
      failure: { code: 'disconnected-forms' },
    });
    expect(await ended((await begin(apart, { anchors: 'none', equivalentGroups: 'yes' })).id)).toMatchObject({
      state: 'finished',
    });
  });

  it('names the line of a bad cell, and what cannot be linked', async () => {
    const [a = '', b = ''] = await itemIds();
    const bad = await begin(`person,${a},${b}\nP1,0,1\nP2,7,1\n`);
    expect(await ended(bad.id)).toMatchObject({
      state: 'failed',
      failure: {
        code: 'unknown-category',
        texts: { nl: expect.stringContaining('Regel 3'), en: expect.stringContaining('Line 3') },
      },
    });
    const ragged = await begin(`person,${a},${b}\nP1,0,1\nP2,1\n`);
    expect(await ended(ragged.id)).toMatchObject({
      state: 'failed',
      failure: { code: 'row-length', texts: { nl: 'Regel 3 heeft 2 cellen in plaats van 3.' } },
    });
    const few = await begin(csvOf([a, b], 100));
    expect(await ended(few.id)).toMatchObject({ state: 'failed', failure: { code: 'too-few-anchors' } });
    const nothing = await begin(csvOf((await itemIds()).slice(0, 6), 100), { anchors: 'fixed' });
    expect(await ended(nothing.id)).toMatchObject({ state: 'failed', failure: { code: 'nothing-new' } });
    const { items } = await designer.get<ItemPage>(`/designer/banks/${bank}/items`);
    const fresh = items
      .filter(({ use }) => use === 'pretest')
      .slice(0, 2)
      .map(({ id }) => id);
    expect(fresh).toHaveLength(2);
    const fixed = await ended(
      (await begin(csvOf([...(await itemIds()).slice(0, 6), ...fresh], 400), { anchors: 'fixed' })).id,
    );
    expect(fixed.state).toBe('finished');
    expect(fixed.outcome?.items.filter(({ publishable }) => publishable).map(({ id }) => id)).toEqual(fresh);
    expect(
      fixed.outcome?.items.filter(
        ({ isFixed, estimate, old }) => isFixed === true && estimate?.difficulty === old?.difficulty,
      ),
    ).toHaveLength(6);
    expect(await uploads()).toEqual([]);
  });
});

describe('a request is refused', () => {
  it('without the role', async () => {
    const examiner = await Staff.login(server.url, await server.account('examiner'));
    for (const path of [
      '/designer/calibrations',
      `/designer/banks/${bank}/releases`,
      '/designer/calibrations/x/events',
    ]) {
      await expect(examiner.get(path)).rejects.toEqual(refusal(403, 'not-allowed'));
      expect((await fetch(`${server.url}/api/v1${path}`)).status).toBe(401);
    }
    await expect(
      examiner.post(`/designer/banks/${bank}/calibrations?source=sessions&model=rasch&anchors=none`),
    ).rejects.toEqual(refusal(403, 'not-allowed'));
    await expect(
      examiner.post(`/designer/banks/${bank}/in-force`, {
        release: 'nt2-listening-1',
        reason: 'Omdat',
        confirmedBy: { account: 'x', password: 'y' },
      }),
    ).rejects.toEqual(refusal(403, 'not-allowed'));
  });
  it('for a bank, job or release that is not there', async () => {
    for (const path of ['/designer/calibrations/none', '/designer/banks/none/releases'])
      await expect(designer.get(path)).rejects.toEqual(refusal(404, 'not-found'));
    for (const path of [
      '/designer/calibrations/none/cancel',
      '/designer/banks/none/calibrations?source=sessions&model=rasch&anchors=none',
    ])
      await expect(designer.post(path)).rejects.toEqual(refusal(404, 'not-found'));
    await expect(
      designer.post(`/designer/banks/${bank}/in-force`, {
        release: 'mo-1',
        reason: 'Omdat',
        confirmedBy: await server.account('invigilator'),
      }),
    ).rejects.toEqual(refusal(404, 'not-found'));
  });
  it('for what does not fit', async () => {
    for (const query of [
      { model: '4pl' },
      { model: 'gpcm' },
      { duplicates: 'last' },
      { anchors: 'all' },
      { source: 'ether' },
    ])
      await expect(begin('a,b\n0,1', query)).rejects.toEqual(refusal(400, 'invalid-request'));
    await expect(begin('a,b\n0,1', {}, { 'content-type': 'text/csv' })).rejects.toEqual(
      refusal(415, 'unsupported-media'),
    );
    await expect(begin('no gzip', { name: 'x.csv.gz' })).rejects.toEqual(refusal(400, 'invalid-request'));
    await expect(
      designer.post(`/designer/banks/${bank}/in-force`, { release: 'nt2-listening-1', reason: ' ' }),
    ).rejects.toEqual(refusal(400, 'invalid-request'));
  });
  it('when it is announced to be too large, and nothing stays behind', async () => {
    // That the bytes are counted as they come, packed or not: server/http/receive-file.test.ts.
    expect(await announced(responseFileLimits.sent + 1)).toBe(413);
    expect(await uploads()).toEqual([]);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });
  it('for items that were not calibrated', async () => {
    const done = (await designer.get<CalibrationSummary[]>('/designer/calibrations')).find(
      ({ state, release }) => state === 'finished' && release === undefined,
    );
    await expect(
      designer.post(`/designer/calibrations/${done?.id ?? ''}/release`, { items: ['PRACTICE-L1'], reason: 'Omdat' }),
    ).rejects.toEqual(refusal(400, 'invalid-request'));
    await expect(
      designer.post(`/designer/calibrations/${done?.id ?? ''}/release`, { items: [], reason: 'Omdat' }),
    ).rejects.toEqual(refusal(400, 'invalid-request'));
  });
});
