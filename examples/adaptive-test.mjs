// An adaptive test: the most informative item at the running estimate, until θ is known to 0.4 or 12 items are given.
//   node examples/adaptive-test.mjs
import {
  createItemParameters,
  createPosterior,
  createRng,
  normalGrid,
  rankByInformation,
  tabulate,
} from 'itemresponsetheory';
import { drawCategory } from 'itemresponsetheory/simulation';

const bank = createItemParameters(
  Array.from({ length: 40 }, (_, n) => ({ model: 'logistic', id: `item-${n}`, slope: 1.6, difficulty: -2 + n / 10 })),
);
const posterior = createPosterior(tabulate(bank, normalGrid()));
const candidate = createRng('candidate 1');
const given = new Set();
while (given.size < 12 && posterior.moments().standardError > 0.4) {
  const [best] = rankByInformation(bank, posterior.moments().theta, (item) => !given.has(item));
  const answer = drawCategory(bank, best.item, 0.5, candidate);
  posterior.update(best.item, answer);
  given.add(best.item);
  const { theta, standardError } = posterior.moments();
  console.log(
    `${bank.id[best.item]} ${answer === 1 ? 'right' : 'wrong'}  θ ${theta.toFixed(2)} ± ${standardError.toFixed(2)}`,
  );
}
