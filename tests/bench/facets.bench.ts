/**
 * `npm run bench -- facets`: 2,000 candidates, 4 criteria, two of 12 raters each; one thread, with and without errors.
 * In brackets TAM.
 */
import { createRng } from 'itemresponsetheory';
import { calibrateFacets, type RatingRow, ratingTable } from 'itemresponsetheory/facets';
import { figure, median } from './figure.ts';

const rows: RatingRow[] = Array.from({ length: 2000 }, (_, n) => n).flatMap((n) => {
  const random = createRng('bench ratings').fork(n);
  const theta = 1.3 * random.normal();
  const first = n % 12;
  return [first, (first + 1 + random.integer(11)) % 12].flatMap((rater) =>
    Array.from({ length: 4 }, (_, criterion): RatingRow => ({
      person: `P${n}`,
      elements: [`C${criterion}`, `R${rater}`],
      score: Math.max(
        0,
        Math.min(5, Math.round(2.5 + theta - 0.1 * (rater - 6) - 0.2 * (criterion - 1.5) + 0.9 * random.normal())),
      ),
    })),
  );
});
const table = ratingTable(['criterion', 'rater'], rows);
for (const standardErrors of [false, true]) {
  const times = Array.from({ length: 7 }, () => {
    const start = performance.now();
    calibrateFacets(table, { tolerance: 1e-4, standardErrors });
    return (performance.now() - start) / 1000;
  });
  const { cycles, logLikelihood } = calibrateFacets(table, { tolerance: 1e-4, standardErrors: false });
  figure({
    name: `${rows.length} ratings, ${standardErrors ? 'with' : 'without'} errors`,
    value: median(times),
    unit: 's',
    isBetterLow: true,
    peer: { name: 'TAM', value: 1.36 },
    more: `best ${Math.min(...times).toFixed(3)} s, ${cycles} cycles, log-likelihood ${logLikelihood.toFixed(3)}`,
  });
}
