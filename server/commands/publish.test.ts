/**
 * From responses to a session, in the program as it is built: calibrate, publish, simulate the release before anybody
 * meets it, put it in force, and see that a candidate is given items by it.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ItemSpec, createItemParameters, createRng } from 'itemresponsetheory';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drawCategory } from '../../engine/itemresponsetheory/src/simulation/generate.ts';
import { agencies, tenants } from '../../people/agencies/agency.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { ServerProcess } from '../../tests/server-process.ts';
import { Candidate, Staff } from '../../tests/session-client.ts';
import type { ItemPage, ItemRow, ReleaseView } from '../api/designer/protocol.ts';

const program = join(import.meta.dirname, '../../bin/meetlat.mjs');
const folder = mkdtempSync(join(tmpdir(), 'meetlat-publish-'));
const place = (name: string): string => join(folder, name);
const bank = 'nt2-listening';

let server: ServerProcess;
let designer: Staff;
let rows: readonly ItemRow[];
beforeAll(async () => {
  server = await ServerProcess.start();
  designer = await Staff.login(server.url, await server.account('designer'));
  const items = await allItems();
  rows = items.filter(({ use }) => use === 'operational');
}, 60_000);
afterAll(async () => {
  await server?.dispose();
  rmSync(folder, { recursive: true });
});

async function allItems(): Promise<ItemRow[]> {
  const found: ItemRow[] = [];
  let after: string | undefined;
  do {
    const path = `/designer/banks/${bank}/items${after === undefined ? '' : `?after=${after}`}`;
    const page: ItemPage = await designer.get(path);
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found;
}
const releases = (): Promise<ReleaseView[]> => designer.get(`/designer/banks/${bank}/releases`);

/** Without holding up this process: its connections to the server would grow stale. */
function meetlat(...options: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const env = { ...process.env, MEETLAT_DATA: server.folder, MEETLAT_LANG: 'en' };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...options], { env }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, said: `${stdout}${stderr}` });
    });
  });
}

type Logistic = Extract<ItemSpec, { readonly model: 'logistic' }>;
const specOf = ({ id, slope = 1, difficulty = 0 }: ItemRow): Logistic => ({
  model: 'logistic',
  id,
  slope,
  difficulty,
});
/** The items that were guessed to be the easiest tell far more than any other, in the middle of the scale. */
const sharp = (): string[] =>
  [...rows]
    .sort((one, other) => (one.difficulty ?? 0) - (other.difficulty ?? 0))
    .slice(0, 20)
    .map(({ id }) => id);
const truth = (): Logistic[] =>
  rows.map((row) => (sharp().includes(row.id) ? { ...specOf(row), slope: 2.5, difficulty: 0.5 } : specOf(row)));

function responses(name: string, from: readonly Logistic[], persons: number): string {
  const [parameters, random] = [createItemParameters(from), createRng(name)];
  const lines = Array.from({ length: persons }, (_, person) => {
    const theta = random.normal();
    return `P${person},${from.map((__, item) => drawCategory(parameters, item, theta, random)).join()}`;
  });
  writeFileSync(place(name), `person,${from.map(({ id }) => id).join()}\n${lines.join('\n')}\n`);
  return place(name);
}
const grounds = ['--bank', bank, '--by', 'psychometrician', '--reason', 'First administration'];

const Simulated = z.object({ releases: z.array(z.string()), summary: z.object({ meanLength: z.number() }) });
async function simulated(name: string, ...options: readonly string[]): Promise<z.infer<typeof Simulated>> {
  const { code, said } = await meetlat('simulate', 'nt2-oral', '--simulees', '300', ...options, '--out', place(name));
  expect({ code, said }).toMatchObject({ code: 0 });
  return Simulated.parse(JSON.parse(readFileSync(join(place(name), 'simulation.json'), 'utf8')));
}

describe('a release of what calibrate wrote', () => {
  it('is refused while nothing fits: other scale, other items, other model, mixed scales', async () => {
    const few = truth().slice(0, 12);
    const data = responses('few.csv', few, 400);
    const calibrated = async (name: string, ...options: readonly string[]) => {
      expect(await meetlat('calibrate', data, ...options, '--out', place(name))).toMatchObject({ code: 0 });
      return meetlat('publish', place(name), ...grounds);
    };
    const shifted = few.map(({ id, slope = 1, difficulty }) => `${id},${slope},${difficulty + 1}`);
    writeFileSync(place('shifted.csv'), `item,slope,difficulty\n${shifted.join('\n')}\n`);
    expect(await calibrated('other-scale', '--anchors', place('shifted.csv'), '--anchor-method', 'linked')).toEqual({
      code: 2,
      said: expect.stringContaining('other-scale:'),
    });
    expect(await calibrated('own-scale')).toEqual({ code: 2, said: expect.stringContaining('mixed-scales:') });
    expect(await calibrated('other-model', '--model', 'gpcm')).toEqual({
      code: 2,
      said: expect.stringContaining('other-model:'),
    });
    const strange = responses(
      'strange.csv',
      few.map((spec, n) => (n === 0 ? { ...spec, id: 'X1' } : spec)),
      400,
    );
    expect(await meetlat('calibrate', strange, '--out', place('strange'))).toMatchObject({ code: 0 });
    expect(await meetlat('publish', place('strange'), ...grounds)).toEqual({
      code: 2,
      said: expect.stringContaining('unknown-item:'),
    });
    expect(await meetlat('publish', place('nowhere'), ...grounds)).toMatchObject({ code: 2 });
    expect(await meetlat('publish', place('strange'), '--bank', 'nowhere', '--dry-run')).toEqual({
      code: 2,
      said: expect.stringContaining(`there are`),
    });
  }, 120_000);

  it('shows what it changes, is made, simulated, put in force, and a candidate is given items by it', async () => {
    const [before] = await releases();
    const base = before?.id ?? '';
    const data = responses('all.csv', truth(), 3000);
    const linked = ['--anchors', base, '--anchor-method', 'linked'];
    expect(await meetlat('calibrate', data, ...linked, '--out', place('all'))).toMatchObject({ code: 0 });

    const dry = await meetlat('publish', place('all'), '--bank', bank, '--light', 'look', '--dry-run');
    expect(dry).toMatchObject({ code: 0 });
    for (const id of sharp()) expect(dry.said).toMatch(new RegExp(`^${id} .*2\\.[2-9]`, 'm'));
    expect(dry.said).toContain(`${rows.length} items of ${base} change`);
    expect((await releases()).map(({ id }) => id)).toEqual([base]);

    expect(await meetlat('publish', place('all'), ...grounds, '--light', 'look')).toMatchObject({
      code: 0,
      said: expect.stringContaining('nt2-listening-2'),
    });
    expect(await meetlat('publish', place('all'), ...grounds)).toEqual({
      code: 2,
      said: expect.stringContaining('published-already'),
    });

    // Before anybody meets it: it is not in force, and simulated all the same.
    const now = await simulated('now');
    const next = await simulated('next', '--release', 'nt2-listening-2');
    expect([now.releases, next.releases].map((list) => list.find((id) => id.startsWith(bank)))).toEqual([
      base,
      'nt2-listening-2',
    ]);
    expect(next.summary.meanLength).not.toBe(now.summary.meanLength);
    expect(readFileSync(join(place('next'), 'simulation.html'), 'utf8')).toContain('nt2-listening-2');
    expect(await meetlat('simulate', 'nt2-oral', '--release', 'nowhere')).toMatchObject({ code: 2 });
    expect(await meetlat('simulate', 'nt2-oral', '--release', 'mo-1')).toMatchObject({ code: 2 });

    await expect
      .poll(async () => (await releases()).map(({ id, inForce }) => [id, inForce]), { timeout: 10_000 })
      .toEqual([
        ['nt2-listening-2', false],
        [base, true],
      ]);
    await designer.post(`/designer/banks/${bank}/in-force`, {
      release: 'nt2-listening-2',
      reason: 'Checked',
      confirmedBy: await server.account('invigilator'),
    });
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const candidate = await Candidate.admitted(invigilator);
    await candidate.listen(await candidate.toFirstPart());
    expect(await meetlat('verify', candidate.session)).toEqual({ code: 0, said: expect.stringMatching(/VERIFIED$/m) });
    await server.stop();
    const { pinned, given } = await recorded(candidate.session);
    expect(pinned).toContain('nt2-listening-2');
    // More of them than one is drawn from: the first is one of them, whatever is drawn; by the old guesses, none is.
    expect(sharp()).toContain(given[0]);
    await server.launch();
  }, 240_000);

  it('is refused when an anchor that was measured has moved and carries the scale', async () => {
    const [current] = await releases();
    expect(current?.id).toBe('nt2-listening-2');
    const specs = (await allItems()).filter(({ origin }) => origin === 'calibrated').map(specOf);
    const moved = specs.slice(0, 12).map((spec, n) => (n === 7 ? { ...spec, difficulty: spec.difficulty + 3 } : spec));
    const fresh = (await allItems()).find(({ use }) => use === 'pretest');
    const data = responses('moved.csv', [...moved, { ...specOf(fresh ?? rows[0] ?? never()), slope: 1 }], 1500);
    const anchors = specs.slice(0, 12).map(({ id, slope = 1, difficulty }) => `${id},${slope},${difficulty}`);
    writeFileSync(place('anchors.csv'), `item,slope,difficulty\n${anchors.join('\n')}\n`);
    const fixed = ['--anchors', place('anchors.csv'), '--anchor-method', 'fixed'];
    expect(await meetlat('calibrate', data, ...fixed, '--out', place('moved'))).toMatchObject({ code: 0 });
    expect(await meetlat('publish', place('moved'), ...grounds, '--light', 'look')).toEqual({
      code: 2,
      said: expect.stringContaining(`displaced-anchor: the scale was carried by anchors that moved: ${moved[7]?.id}`),
    });
  }, 120_000);
});

function never(): never {
  throw new Error('the bank has no items');
}

/** What the journal says of a session: the releases pinned, and the operational items in the order of presentation. */
async function recorded(session: string): Promise<{ readonly pinned: readonly string[]; readonly given: string[] }> {
  const storage = await openLmdb({ directory: server.folder });
  try {
    const [tenant = ''] = await tenants(await storage.collection(agencies));
    const commits = await storage.journal.read({ tenant, kind: 'session', id: session });
    const events = commits.flatMap(({ events: list }) => list);
    const Registered = z.object({ type: z.literal('registered'), releases: z.record(z.string(), z.string()) });
    const Presented = z.object({ item: z.object({ id: z.string() }) });
    const registered = events.map((event) => Registered.safeParse(event)).find(({ success }) => success);
    return {
      pinned: Object.values(registered?.data?.releases ?? {}),
      given: events.flatMap((event) => {
        const parsed = Presented.safeParse(event);
        return event['type'] === 'item-presented' && parsed.success ? [parsed.data.item.id] : [];
      }),
    };
  } finally {
    await storage.close();
  }
}
