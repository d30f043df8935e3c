/**
 * `npm run bench -- growth`: time and memory of 2PL calibrations (complete, and 50 answers each of 500 items) of 10⁴ to
 * 10⁷ answers, each in a process of its own; slope of ln time and of ln memory on ln answers, which is 1 when they are
 * proportional. Seconds without making the data.
 */
import { spawnSync } from 'node:child_process';
import { createItemParameters, createRng, exp, log, type ItemSpec } from 'itemresponsetheory';
import { calibrateItems, type ResponseMatrix } from 'itemresponsetheory/calibration';
import { drawCategory } from 'itemresponsetheory/simulation';
import { figure, operands, remark } from './figure.ts';

const each = 50;

function simulated(persons: number, itemCount: number): ResponseMatrix {
  const draws = createRng('growth items');
  const bank = createItemParameters(
    Array.from({ length: itemCount }, (_, n): ItemSpec => ({
      model: 'logistic',
      id: `i${n}`,
      slope: exp(0.3 * draws.normal()),
      difficulty: 2 * draws.uniform() - 1,
    })),
  );
  const [rowStart, item, category] = [
    new Uint32Array(persons + 1),
    new Uint32Array(persons * each),
    new Uint8Array(persons * each),
  ];
  const random = createRng('growth persons');
  for (let person = 0; person < persons; person += 1) {
    const theta = random.normal();
    // Every fifth item from an own place: sets that cross, so that all items hang together.
    const first = itemCount === each ? 0 : random.integer(itemCount);
    const given = Uint32Array.from(
      { length: each },
      (_, n) => (first + (itemCount === each ? n : 5 * n)) % itemCount,
    ).sort();
    given.forEach((one, n) => {
      item[person * each + n] = one;
      category[person * each + n] = drawCategory(bank, one, theta, random);
    });
    rowStart[person + 1] = (person + 1) * each;
  }
  return { persons, items: itemCount, rowStart, item, category };
}

interface Measured {
  readonly seconds: number;
  readonly cycles: number;
  readonly megabytes: number;
  readonly dataMegabytes: number;
}

function measure(answers: number, items: number): Measured {
  const data = simulated(answers / each, items);
  const dataMegabytes = process.memoryUsage().rss / 1e6;
  const start = performance.now();
  const { cycles } = calibrateItems(data, {
    models: '2pl',
    tolerance: 1e-4,
    standardErrors: 'none',
    priors: { slope: { mean: 0, sd: 0.5 } },
  });
  return {
    seconds: (performance.now() - start) / 1000,
    cycles,
    megabytes: process.resourceUsage().maxRSS / 1000,
    dataMegabytes,
  };
}

/** Least squares of y on x. */
function slopeOf(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  return x.reduce((sum, v, n) => sum + (v - mx) * ((y[n] ?? 0) - my), 0) / x.reduce((sum, v) => sum + (v - mx) ** 2, 0);
}

const [answers, items] = operands.map(Number);
if (answers !== undefined && items !== undefined) console.log(JSON.stringify(measure(answers, items)));
else
  for (const count of [each, 500]) {
    // Of 500 items, 10⁴ answers would be 20 an item: too few for a slope.
    const sizes = count === each ? [1e4, 1e5, 1e6, 1e7] : [1e5, 1e6, 1e7];
    const all = sizes.map((size): Measured => {
      const child = spawnSync(process.execPath, [import.meta.filename, String(size), String(count)], {
        encoding: 'utf8',
      });
      const one: Measured = JSON.parse(child.stdout);
      const perAnswer = ((1e9 * one.seconds) / one.cycles / size).toFixed(1);
      const memory = `at most ${one.megabytes.toFixed(0)} MB (with its data alone ${one.dataMegabytes.toFixed(0)})`;
      figure({
        name: `${count} items, ${size} answers`,
        value: one.seconds,
        unit: 's',
        isBetterLow: true,
        more: `${one.cycles} cycles   ${perAnswer} ns an answer and cycle   ${memory}`,
      });
      return one;
    });
    const x = sizes.map((size) => log(size));
    const seconds = all.map((one) => log(one.seconds));
    const [last, before] = [all.at(-1), all.at(-2)];
    const times = (a: number | undefined, b: number | undefined): string => ((a ?? NaN) / (b ?? NaN)).toFixed(1);
    figure({ name: `${count} items, slope of ln seconds`, value: slopeOf(x, seconds), unit: '', isBetterLow: true });
    remark(
      `from 10⁶ to 10⁷ answers ${times(last?.seconds, before?.seconds)} × the seconds, ` +
        `${times(last?.megabytes, before?.megabytes)} × the memory`,
    );
  }
