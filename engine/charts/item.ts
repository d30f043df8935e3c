import { categoryProbabilities, itemInformation, type ItemParameters, testInformation } from 'itemresponsetheory';
import { type Mark, curveChart } from './curve.ts';

const [from, to, steps] = [-4, 4, 80];
const thetas = Array.from({ length: steps + 1 }, (_, n) => from + ((to - from) * n) / steps);

export interface ChartWords {
  readonly title: string;
  readonly description: string;
  readonly ability: string;
  readonly probability: string;
  readonly information: string;
}

/** Characteristic curve of the highest category (solid) and information (dashed, same axis). */
export function itemChart(bank: ItemParameters, item: number, words: ChartWords, marks: readonly Mark[] = []): string {
  const out = new Float64Array(bank.categories[item]);
  const probability = thetas.map((theta) => {
    const k = categoryProbabilities(bank, item, theta, out);
    return [theta, out[k - 1]] as const;
  });
  const information = thetas.map((theta) => [theta, itemInformation(bank, item, theta)] as const);
  const highest = Math.max(1, ...information.map(([, value]) => value));
  return curveChart({
    title: words.title,
    description: words.description,
    x: { label: words.ability, from, to },
    y: { label: words.probability, from: 0, to: Math.ceil(highest * 10) / 10 },
    marks,
    lines: [
      { name: words.probability, points: probability },
      { name: words.information, points: information, dashed: true },
    ],
  });
}

/** Information of a set of items with the cuts marked. */
export function informationChart(
  bank: ItemParameters,
  items: readonly number[],
  words: Omit<ChartWords, 'probability'>,
  marks: readonly Mark[],
): string {
  const points = thetas.map((theta) => [theta, testInformation(bank, items, theta)] as const);
  return curveChart({
    title: words.title,
    description: words.description,
    x: { label: words.ability, from, to },
    y: {
      label: words.information,
      from: 0,
      to: Math.max(1, Math.ceil(Math.max(...points.map(([, value]) => value)) * 1.1)),
    },
    marks,
    lines: [{ name: words.information, points }],
  });
}
