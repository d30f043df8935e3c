/**
 * One recorded run of everything that decides: adaptive tests, estimates of every kind, selection, a calibration. Runs
 * in Node and in a browser.
 */
import {
  createItemParameters,
  createRng,
  estimateAbility,
  type ItemSpec,
  itemInformation,
  normalGrid,
  plausibleValues,
  createPosterior,
  tabulate,
  sumScoreTable,
} from 'itemresponsetheory';
import { calibrate, responseMatrix } from 'itemresponsetheory/calibration';
import { drawCategory, QuickTest } from 'itemresponsetheory/simulation';

const models = (n: number): ItemSpec => {
  const random = createRng('recorded item').fork(n);
  const [slope, b] = [0.5 + 1.5 * random.uniform(), 2 * random.normal()];
  switch (n % 4) {
    case 0:
      return { model: 'logistic', id: `i${n}`, slope, difficulty: b, lower: 0.2 * random.uniform() };
    case 1:
      return { model: 'generalized-partial-credit', id: `i${n}`, slope, steps: [b - 0.7, b, b + 0.4] };
    case 2:
      return { model: 'graded-response', id: `i${n}`, slope, steps: [b - 1, b, b + 1.2] };
    default:
      return { model: 'nominal', id: `i${n}`, slopes: [0.4 * slope, slope], intercepts: [b, -b] };
  }
};

/** Every number as the hexadecimal of its 64 bits. */
function bitsOf(numbers: Float64Array): string {
  const words = new Uint32Array(numbers.buffer);
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
}

export function recordedRun(): string {
  const out: number[] = [];
  const bank = createItemParameters(Array.from({ length: 60 }, (_, n) => models(n)));
  const table = tabulate(bank, normalGrid());
  const test = new QuickTest(table);
  for (let person = 0; person < 40; person += 1) {
    const random = createRng('recorded person').fork(person);
    const theta = 1.4 * random.normal();
    const [items, categories]: [number[], number[]] = [[], []];
    const posterior = createPosterior(table);
    test.reset();
    for (let n = 0; n < 20; n += 1) {
      const item = test.next();
      const category = drawCategory(bank, item, theta, random);
      test.answer(item, category);
      posterior.update(item, category);
      items.push(item);
      categories.push(category);
      out.push(item, test.theta, itemInformation(bank, item, test.theta));
    }
    for (const method of ['ml', 'map', 'wle', 'eap'] as const) {
      const estimate = estimateAbility(bank, items, categories, { method });
      out.push(estimate.theta, estimate.standardError);
    }
    out.push(...plausibleValues(table.grid, posterior.weights(), 3, random));
  }
  for (const { theta, standardError } of sumScoreTable(bank, [0, 4, 8, 12, 16], table.grid))
    out.push(theta, standardError);
  const rows = Array.from({ length: 300 }, (_, person) => {
    const random = createRng('recorded row').fork(person);
    const theta = random.normal();
    return Array.from({ length: 8 }, (__, n) => (random.uniform() < 1 / (1 + (n + 1) / (4 + 2 * theta + 6)) ? 1 : 0));
  });
  const fit = calibrate(responseMatrix(rows), { model: '2pl' });
  out.push(fit.logLikelihood, ...fit.items.flatMap(({ slope, difficulty }) => [slope, difficulty]));
  return bitsOf(Float64Array.from(out));
}
