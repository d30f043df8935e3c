/**
 * `npm run bench -- calibrate [FILE.csv]`: seconds, cycles and log-likelihood of one calibration on one thread, 61
 * nodes, tolerance 1e-4, without standard errors; a file (wide CSV, 0/1) is calibrated as 2PL. Peers: what other
 * programs need on the same kind of machine.
 */
import { createItemParameters, createRng, exp, type ItemSpec } from 'itemresponsetheory';
import {
  calibrateItems,
  type CalibrateItemsOptions,
  type CalibrationTeam,
  type ResponseMatrix,
} from 'itemresponsetheory/calibration';
import { drawCategory } from 'itemresponsetheory/simulation';
import { figure, median, operands } from './figure.ts';
import { startTeam } from '../../server/jobs/calibration-team.ts';
import { streamResponses } from '../../item-bank/calibration/stream-responses.ts';

/** N(0, 1) persons; each sees `seen` of the items, the same first ones or, sparse, those near to an own place. */
function simulated(persons: number, items: readonly ItemSpec[], seen: number): ResponseMatrix {
  const bank = createItemParameters(items);
  const rowStart = new Uint32Array(persons + 1);
  const [item, category] = [new Uint32Array(persons * seen), new Uint8Array(persons * seen)];
  for (let person = 0; person < persons; person += 1) {
    const random = createRng('bench person').fork(person);
    const theta = random.normal();
    const first = seen === items.length ? 0 : random.integer(items.length);
    const given = Uint32Array.from({ length: seen }, (_, n) => (first + n) % items.length).sort();
    given.forEach((one, n) => {
      item[person * seen + n] = one;
      category[person * seen + n] = drawCategory(bank, one, theta, random);
    });
    rowStart[person + 1] = (person + 1) * seen;
  }
  return { persons, items: items.length, rowStart, item, category };
}

const draws = createRng('bench items');
const dichotomous = (count: number): ItemSpec[] =>
  Array.from({ length: count }, (_, n) => ({
    model: 'logistic',
    id: `i${n}`,
    slope: exp(0.3 * draws.normal()),
    difficulty: 1.2 * draws.normal(),
  }));

function measure(
  name: string,
  data: ResponseMatrix,
  run: (data: ResponseMatrix) => { readonly cycles: number; readonly logLikelihood: number },
  more: { readonly bar?: number; readonly peer?: { readonly name: string; readonly value: number } } = {},
): void {
  const times: number[] = [];
  let outcome = { cycles: 0, logLikelihood: 0 };
  for (let n = 0; n < 5; n += 1) {
    const start = performance.now();
    outcome = run(data);
    times.push((performance.now() - start) / 1000);
  }
  const told = `${outcome.cycles} cycles   log-likelihood ${outcome.logLikelihood.toFixed(4)}`;
  figure({
    name,
    value: median(times),
    unit: 's',
    isBetterLow: true,
    ...more,
    more: `best ${Math.min(...times).toFixed(3)} s   ${told}`,
  });
}

const graded = (count: number): ItemSpec[] =>
  Array.from({ length: count }, (_, n) => {
    const b = draws.normal();
    return {
      model: 'graded-response',
      id: `g${n}`,
      slope: 0.8 + draws.uniform(),
      steps: [b - 1.5, b - 0.5, b + 0.5, b + 1.5],
    };
  });
const guessed = (count: number): ItemSpec[] =>
  dichotomous(count).map((item) => ({ ...item, lower: 0.15 + 0.1 * draws.uniform() }));
const run = (options: CalibrateItemsOptions) => (data: ResponseMatrix) =>
  calibrateItems(data, { tolerance: 1e-4, standardErrors: 'none', ...options });

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;

/** One thread and two in turn, three times; the best of each. */
function sideBySide(name: string, data: ResponseMatrix, options: CalibrateItemsOptions, team: CalibrationTeam): void {
  const [alone, together]: [number[], number[]] = [[], []];
  let isEqual = true;
  for (let n = 0; n < 3; n += 1) {
    const at = [performance.now()];
    const one = run(options)(data);
    at.push(performance.now());
    const two = run({ ...options, team })(data);
    at.push(performance.now());
    alone.push((at[1] ?? NaN) - (at[0] ?? NaN));
    together.push((at[2] ?? NaN) - (at[1] ?? NaN));
    isEqual &&= JSON.stringify([one, one.covariance]) === JSON.stringify([two, two.covariance]);
  }
  const [best, bestTogether] = [Math.min(...alone), Math.min(...together)];
  figure({
    name: `${name}, two threads`,
    value: best / bestTogether,
    unit: '× one thread',
    isBetterLow: false,
    bar: 1.6,
    more: `${seconds(best)} and ${seconds(bestTogether)}, ${isEqual ? 'the same bits' : 'NOT THE SAME BITS'}`,
  });
}

const [file] = operands;
if (file !== undefined) {
  const { matrix } = await streamResponses(file);
  measure(file, matrix, run({ models: '2pl' }));
} else {
  measure('2PL 10,000 × 40', simulated(10_000, dichotomous(40), 40), run({ models: '2pl' }), {
    bar: 0.2,
    peer: { name: 'mirt', value: 1.74 },
  });
  measure('2PL 10,000 × 100', simulated(10_000, dichotomous(100), 100), run({ models: '2pl' }), {
    peer: { name: 'mirt (TAM 9.10)', value: 5.13 },
  });
  measure('2PL 2,000 × 500, 60 answered', simulated(2000, dichotomous(500), 60), run({ models: '2pl' }), {
    peer: { name: 'TAM (mirt 20.7)', value: 10.3 },
  });
  measure('GRM 5,000 × 20 × 5', simulated(5000, graded(20), 20), run({ models: 'grm' }), {
    bar: 0.2,
    peer: { name: 'mirt', value: 0.84 },
  });
  const priors3pl = { slope: { mean: 0, sd: 0.5 }, lower: { kind: 'logitNormal', mean: -1.4, sd: 0.5 } } as const;
  measure('3PL 5,000 × 40, priors', simulated(5000, guessed(40), 40), run({ models: '3pl', priors: priors3pl }), {
    peer: { name: 'mirt', value: 2.09 },
  });
  const team = startTeam(1, new URL('./calibration-team-worker.mjs', import.meta.url));
  sideBySide(
    '2PL 50,000 × 40, with errors',
    simulated(50_000, dichotomous(40), 40),
    { models: '2pl', standardErrors: 'oakes' },
    team,
  );
  sideBySide('3PL 50,000 × 40', simulated(50_000, guessed(40), 40), { models: '3pl', priors: priors3pl }, team);
  await team.end();
}
