/**
 * New items beside fixed ones by Stocking's method A (1988): abilities are estimated from the fixed items and then
 * taken as known. Pure.
 */
import { type ItemSpec, createItemParameters } from 'itemresponsetheory';
import {
  type CalibratedItemResult,
  type ItemModelName,
  type Priors,
  type ResponseMatrix,
  calibrateAtAbilities,
} from 'itemresponsetheory/calibration';
import { estimateAbilities, itemCounts } from 'itemresponsetheory/fit';
import { defined } from '../../storage/document/defined.ts';
import type { Estimation, WayOptions } from './estimation.ts';
import { groupsBehind } from './groups-behind.ts';
import { ResponseFileError } from './response-file-error.ts';
import { keepItems, keepPersons } from './response-rows.ts';

/** The persons who answered a fixed item: only they have an ability beforehand. */
interface Measured {
  readonly persons: Uint32Array;
  /** Their answers to the fixed items. */
  readonly data: ResponseMatrix;
  readonly specs: readonly ItemSpec[];
  readonly theta: Float64Array;
}
function measure(data: ResponseMatrix, fixed: ReadonlyMap<number, ItemSpec>): Measured {
  const known = Uint32Array.from([...fixed.keys()].sort((a, b) => a - b));
  const operational = keepItems(data, known);
  const persons = Uint32Array.from({ length: data.persons }, (_, n) => n).filter(
    (n) => (operational.rowStart[n] ?? 0) < (operational.rowStart[n + 1] ?? 0),
  );
  const specs = Array.from(known, (item) => fixed.get(item)).filter((spec) => spec !== undefined);
  const taken = keepPersons(operational, persons);
  const { theta } = estimateAbilities(createItemParameters(specs), taken, { method: 'wle', bound: 5 });
  return { persons, data: taken, specs, theta };
}

/** The answers to one item beside the abilities of whoever gave them. */
interface AnswersAtAbility {
  readonly theta: number[];
  readonly category: number[];
}
function answersByItem(data: ResponseMatrix, { persons, theta }: Measured): AnswersAtAbility[] {
  const answers = Array.from({ length: data.items }, (): AnswersAtAbility => ({ theta: [], category: [] }));
  persons.forEach((person, n) => {
    for (let at = data.rowStart[person] ?? 0; at < (data.rowStart[person + 1] ?? 0); at += 1) {
      const own = answers[data.item[at] ?? 0];
      own?.theta.push(theta[n] ?? 0);
      own?.category.push(data.category[at] ?? 0);
    }
  });
  return answers;
}

type FoundItem = Pick<CalibratedItemResult, 'item' | 'model' | 'standardErrors'> & { readonly converged: boolean };
function estimateOne(
  { theta, category }: AnswersAtAbility,
  model: ItemModelName,
  id: string,
  priors: Priors | undefined,
): FoundItem {
  if (model === 'rsm')
    throw new ResponseFileError(
      'not-together',
      'the thresholds of rsm belong to several items: method-a takes them one by one, use pcm',
      { model },
    );
  const { item, standardErrors, converged } = calibrateAtAbilities(theta, category, {
    model,
    id,
    ...defined({ priors }),
  });
  return { item, model, standardErrors, converged };
}

function requirePlain({ covariates, biasCorrection }: WayOptions): void {
  for (const [option, given] of [
    ['--covariates', covariates !== undefined],
    ['--bias-correction', biasCorrection === true],
  ] as const)
    if (given)
      throw new ResponseFileError('not-together', `${option} has no place in method-a`, { option, online: 'method-a' });
}

export function estimateAtAbilities(data: ResponseMatrix, options: WayOptions): Estimation {
  requirePlain(options);
  const { models, ids = [], fixed = new Map<number, ItemSpec>(), priors, group } = options;
  const measured = measure(data, fixed);
  const [answers, counts] = [answersByItem(data, measured), itemCounts(data)];
  const found = models.map((model, n): FoundItem => {
    const spec = fixed.get(n);
    if (spec !== undefined) return { item: spec, model: 'fixed', standardErrors: [], converged: true };
    return estimateOne(answers[n] ?? { theta: [], category: [] }, model, ids[n] ?? `item ${n}`, priors);
  });
  return {
    items: found.map(({ item, model, standardErrors }, n) => ({
      item,
      model,
      standardErrors,
      responses: counts[n]?.responses ?? 0,
      categoryCounts: Array.from(counts[n]?.counts ?? []),
    })),
    groups: groupsBehind(
      measured.data,
      measured.specs,
      group === undefined ? undefined : Array.from(measured.persons, (person) => group[person] ?? 0),
    ),
    logLikelihood: NaN,
    logPrior: 0,
    cycles: 1,
    converged: found.every(({ converged }) => converged),
    largestChange: 0,
    largestGradient: NaN,
    flags: [],
    freeParameters: found.reduce((sum, { standardErrors }) => sum + standardErrors.filter(Number.isFinite).length, 0),
  };
}
