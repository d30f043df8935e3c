/**
 * `npm run bench -- score`: abilities of 10,000 persons on 40 2PL items, one thread; in brackets mirt on the same kind
 * of machine.
 */
import { createItemParameters, createRng, exp, scoreResponses } from 'itemresponsetheory';
import { type ResponseMatrix } from 'itemresponsetheory/calibration';
import { drawCategory } from 'itemresponsetheory/simulation';

const [persons, items] = [10_000, 40];
const draws = createRng('bench items');
const bank = createItemParameters(
  Array.from({ length: items }, (_, n) => ({
    model: 'logistic' as const,
    id: `i${n}`,
    slope: exp(0.3 * draws.normal()),
    difficulty: 1.2 * draws.normal(),
  })),
);
const rowStart = Uint32Array.from({ length: persons + 1 }, (_, n) => n * items);
const data: ResponseMatrix = {
  persons,
  items,
  rowStart,
  item: Uint32Array.from({ length: persons * items }, (_, n) => n % items),
  category: Uint8Array.from(
    Array.from({ length: persons }, (_, person) => {
      const random = createRng('person').fork(person);
      const theta = random.normal();
      return Array.from({ length: items }, (__, item) => drawCategory(bank, item, theta, random));
    }).flat(),
  ),
};
for (const [method, peer] of [
  ['eap', 0.95],
  ['map', 29.4],
  ['wle', 284],
] as const) {
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now();
    scoreResponses(bank, data, { method });
    return (performance.now() - start) / 1000;
  }).sort((a, b) => a - b);
  console.log(
    `${method.toUpperCase()} 10,000 × 40: median ${(times[4] ?? NaN).toFixed(4)} s, best ` +
      `${(times[0] ?? NaN).toFixed(4)} s (mirt ${peer} s)`,
  );
}
