// Calibrates a CSV: one row a person, one column an item, an empty cell where there is no answer.
//   node examples/calibrate-file.mjs tests/reference/calibration/lsat6-2pl.csv
import { readFileSync } from 'node:fs';
import { calibrateItems, responseMatrix } from 'itemresponsetheory/calibration';

const [header, ...lines] = readFileSync(process.argv[2], 'utf8').trim().split(/\r?\n/);
const rows = lines.map((line) => line.split(',').map((cell) => (cell.trim() === '' ? null : Number(cell))));
const { items, logLikelihood, converged } = calibrateItems(responseMatrix(rows), {
  models: '2pl',
  ids: header.split(','),
});
console.log('item,slope,difficulty,slope error,difficulty error');
for (const { item, standardErrors } of items)
  console.log([item.id, ...[item.slope, item.difficulty, ...standardErrors].map((value) => value.toFixed(3))].join());
console.log(`log-likelihood ${logLikelihood.toFixed(3)}, ${converged ? 'converged' : 'not converged'}`);
