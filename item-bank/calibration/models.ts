/** Which model each item of a calibration has, and the priors that models with guessing need. Pure. */
import type { ItemModelName, Priors, ResponseMatrix } from 'itemresponsetheory/calibration';
import { ResponseFileError } from './response-file-error.ts';

/** Models whose slopes are all 1: the population's variance is estimated in their place. */
export const hasUnitSlope = (model: ItemModelName): boolean =>
  model === 'rasch' || model === '1pl' || model === 'pcm' || model === 'rsm';
const isDichotomous = (model: ItemModelName): boolean =>
  model === 'rasch' || model === '1pl' || model === '2pl' || model === '3pl';

/** The highest category of each item that somebody has. */
export function highestCategories({ items, item, category }: ResponseMatrix): Uint8Array {
  const highest = new Uint8Array(items);
  item.forEach((one, n) => {
    highest[one] = Math.max(highest[one] ?? 0, category[n] ?? 0);
  });
  return highest;
}

/** 'auto': 2pl for right and wrong, gpcm for more scores. */
export const modelFor = (wanted: ItemModelName | 'auto', highest: number): ItemModelName =>
  wanted === 'auto' ? (highest > 1 ? 'gpcm' : '2pl') : wanted;

/** The model of every item. An item with a third score is refused by name under a model of right and wrong. */
export function modelsOf(
  data: ResponseMatrix,
  names: readonly string[],
  wanted: ItemModelName | 'auto',
  own: ReadonlyMap<string, ItemModelName>,
): ItemModelName[] {
  requireKnown([...own.keys()], names);
  const highest = highestCategories(data);
  const models = names.map((name, item) => own.get(name) ?? modelFor(wanted, highest[item] ?? 0));
  models.forEach((model, item) => {
    const [value, name] = [highest[item] ?? 0, names[item] ?? ''];
    if (isDichotomous(model) && value > 1)
      throw new ResponseFileError(
        'unknown-category',
        `item ${name} has category ${value}: ${model} is a model of right (1) and wrong (0); ` +
          '--model gpcm, pcm, rsm, grm or nrm have more categories, auto takes gpcm where there are more',
        { item: name, value, model },
      );
  });
  return models;
}

function requireKnown(named: readonly string[], names: readonly string[]): void {
  const stranger = named.find((name) => !names.includes(name));
  if (stranger === undefined) return;
  const shown = `${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}`;
  throw new ResponseFileError(
    'unknown-item',
    `the file of models names ${stranger}, which is not among the items calibrated: ${shown}`,
    { item: stranger, items: shown },
  );
}

/** The one model of all items, or 'mixed'. */
export function commonModel(models: readonly ItemModelName[]): ItemModelName | 'mixed' {
  const [first = '2pl'] = models;
  return models.every((one) => one === first) ? first : 'mixed';
}

/**
 * Without them a lower asymptote has no finite estimate where nobody guesses: logit c ~ N(−1.4, 0.5²), so c about .2
 * (Mislevy 1986); where all items are 3PL, ln a ~ N(0, 0.5²) too.
 */
const lowerPriors: Priors = { lower: { kind: 'logitNormal', mean: -1.4, sd: 0.5 } };
const guessingPriors: Priors = { ...lowerPriors, slope: { mean: 0, sd: 0.5 } };

/** The priors that were asked for; where nobody said, those of guessing if an item is a 3PL. */
export function priorsFor(models: readonly ItemModelName[], wanted: Priors | 'none' | undefined): Priors | undefined {
  if (wanted !== undefined) return wanted === 'none' ? undefined : wanted;
  if (!models.includes('3pl')) return undefined;
  return commonModel(models) === '3pl' ? guessingPriors : lowerPriors;
}
