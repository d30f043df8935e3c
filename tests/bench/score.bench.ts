/**
 * `npm run bench -- score`: abilities of 10,000 persons on 40 2PL items, one thread; in brackets mirt on the same kind
 * of machine.
 */
import { createItemParameters, createRng, exp, scoreResponses } from 'itemresponsetheory';
import { type ResponseMatrix } from 'itemresponsetheory/calibration';
import { drawCategory } from 'itemresponsetheory/simulation';
import { figure, median } from './figure.ts';

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
for (const [method, peer, bar] of [
  ['eap', 0.95, 0.1],
  ['map', 29.4, 0.1],
  ['wle', 284, 0.1],
] as const) {
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now();
    scoreResponses(bank, data, { method });
    return (performance.now() - start) / 1000;
  });
  figure({
    name: `${method.toUpperCase()} 10,000 × 40`,
    value: median(times),
    unit: 's',
    isBetterLow: true,
    bar,
    peer: { name: 'mirt', value: peer },
    more: `best ${Math.min(...times).toFixed(4)} s`,
  });
}
