import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { createItemParameters, createRng, exp, type ItemSpec } from 'itemresponsetheory';
import {
  calibrateItems,
  type CalibrateItemsOptions,
  type ItemsCalibration,
  type ResponseMatrix,
} from 'itemresponsetheory/calibration';
import { drawCategory } from 'itemresponsetheory/simulation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTeam } from './calibration-team.ts';

const folder = mkdtempSync(join(tmpdir(), 'team-'));
const script = join(folder, 'worker.mjs');
beforeAll(async () => {
  const root = join(import.meta.dirname, '../..');
  await build({
    entryPoints: [join(import.meta.dirname, 'calibration-team-worker.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { itemresponsetheory: join(root, 'engine/itemresponsetheory/src') },
  });
  writeFileSync(
    join(folder, 'dies.mjs'),
    `import { parentPort } from 'node:worker_threads';
parentPort.on('message', () => { throw new Error('this worker dies'); });
`,
  );
  // Takes a chunk of the calibration (the third number of `control`, 256 of them a generation) and dies with it.
  writeFileSync(
    join(folder, 'takes-and-dies.mjs'),
    `import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ rows, shared }) => {
  const control = new Int32Array(shared.control);
  for (;;) {
    const next = Atomics.load(control, 2);
    const isThere = next >= 256 && next % 256 < rows.chunkStart.length - 1;
    if (isThere && Atomics.compareExchange(control, 2, next, next + 1) === next) throw new Error('this worker dies');
  }
});
`,
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const draws = createRng('team items');
const items: ItemSpec[] = [
  ...Array.from({ length: 6 }, (_, n): ItemSpec => ({
    model: 'logistic',
    id: `i${n}`,
    slope: exp(0.3 * draws.normal()),
    difficulty: draws.normal(),
  })),
  ...Array.from({ length: 4 }, (_, n): ItemSpec => {
    const b = draws.normal();
    return { model: 'graded-response', id: `g${n}`, slope: 1.2, steps: [b - 1, b, b + 1] };
  }),
];

/** Every person leaves out one of the items; so there are booklets. */
function simulated(persons: number): ResponseMatrix {
  const bank = createItemParameters(items);
  const each = items.length - 1;
  const [rowStart, item, category] = [
    new Uint32Array(persons + 1),
    new Uint32Array(persons * each),
    new Uint8Array(persons * each),
  ];
  for (let person = 0; person < persons; person += 1) {
    const random = createRng('team person').fork(person);
    const theta = random.normal();
    const given = items.map((_, n) => n).filter((n) => n !== person % items.length);
    given.forEach((one, n) => {
      item[person * each + n] = one;
      category[person * each + n] = drawCategory(bank, one, theta, random);
    });
    rowStart[person + 1] = (person + 1) * each;
  }
  return { persons, items: items.length, rowStart, item, category };
}

const data = simulated(6000);
const group = Uint8Array.from({ length: 6000 }, (_, n) => n % 2);
const options: CalibrateItemsOptions = {
  models: items.map(({ model }) => (model === 'logistic' ? '2pl' : 'grm')),
  group,
  tolerance: 1e-4,
  standardErrors: 'sandwich',
};
const alone = calibrateItems(data, options);

async function together(workers: number, file: string, patienceMs: number): Promise<ItemsCalibration> {
  const started = startTeam(workers, pathToFileURL(file));
  const team = { ...started, patienceMs };
  try {
    calibrateItems(data, { ...options, maximumCycles: 1, standardErrors: 'none', team });
    return calibrateItems(data, { ...options, team });
  } finally {
    await started.end();
  }
}

describe('a calibration shared by threads', () => {
  it.each([1, 2, 5])('gives the same bits with %i workers more, one calibration after another', async (workers) => {
    expect(await together(workers, script, 60_000)).toEqual(alone);
  });

  it.each(['dies.mjs', 'takes-and-dies.mjs'])('gives the same bits when a worker dies: %s', async (file) => {
    expect(await together(2, join(folder, file), 50)).toEqual(alone);
  });
});
