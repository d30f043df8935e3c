/**
 * Parameters that were known beforehand: a calibration's JSON or items.csv, a release, or any CSV with item, slope and
 * difficulty.
 */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { ItemSpec } from 'itemresponsetheory';
import type { ItemModelName, Priors } from 'itemresponsetheory/calibration';
import type { CalibrationSample } from 'itemresponsetheory/linking';
import { z } from 'zod';
import type { AbilityDistribution } from './ability-distribution.ts';
import { ResponseFileError } from './response-file-error.ts';

const finite = z.number();
const Spec = z.discriminatedUnion('model', [
  z.object({
    model: z.literal('logistic'),
    id: z.string(),
    slope: finite.default(1),
    difficulty: finite,
    lower: finite.default(0),
    upper: finite.default(1),
  }),
  z.object({
    model: z.literal('generalized-partial-credit'),
    id: z.string(),
    slope: finite.default(1),
    steps: z.array(finite).min(1),
  }),
  z.object({
    model: z.literal('graded-response'),
    id: z.string(),
    slope: finite.default(1),
    steps: z.array(finite).min(1),
  }),
  z.object({
    model: z.literal('nominal'),
    id: z.string(),
    slopes: z.array(finite).min(1),
    intercepts: z.array(finite).min(1),
  }),
]);
/** A calibration and a release both keep their parameters here. */
const File = z.object({
  parameters: z.array(Spec).min(1),
  population: z.object({ mean: finite, sd: z.number().positive() }).optional(),
  persons: z.number().positive().optional(),
  groups: z
    .array(z.object({ persons: z.number().positive(), mean: finite.nullable(), sd: z.number().nullable() }))
    .optional(),
  calibration: z
    .object({
      anchors: z.string().optional(),
      covariances: z.array(z.array(z.number().nullable()).nullable()).optional(),
    })
    .optional(),
});

export interface ParameterFile {
  readonly parameters: readonly ItemSpec[];
  /** Of slope and difficulty or steps, by item. */ readonly covariances?: ReadonlyMap<string, readonly number[]>;
  readonly population?: AbilityDistribution;
  /** The persons whose abilities gave the scale; absent where anchors did. */ readonly sample?: CalibrationSample;
}

function fromCsv(text: string, path: string): ItemSpec[] {
  const records: Record<string, string>[] = parse(text, {
    bom: true,
    columns: true,
    skip_empty_lines: true,
    trim: true,
    delimiter: [',', ';', '\t'],
  });
  return records.map((record, n) => {
    const id = record['item'] ?? record['id'] ?? '';
    const [slope, difficulty] = [
      Number(record['slope'] === undefined || record['slope'] === '' ? 1 : record['slope']),
      Number(record['difficulty'] === '' ? NaN : record['difficulty']),
    ];
    const lower = record['lower'] === undefined || record['lower'] === '' ? undefined : Number(record['lower']);
    if (
      id === '' ||
      !Number.isFinite(slope) ||
      !Number.isFinite(difficulty) ||
      (lower !== undefined && !Number.isFinite(lower))
    )
      throw new ResponseFileError(
        'unknown-parameters',
        `${path}, line ${n + 2}: needs the columns item, slope (1 if absent), difficulty and, of a 3PL, lower`,
        { path, line: n + 2 },
      );
    // A name that a spreadsheet could take for a formula was written behind an apostrophe.
    return {
      model: 'logistic',
      id: id.replace(/^'(?=[=+\-@\t\r])/, ''),
      slope,
      difficulty,
      ...(lower === undefined ? {} : { lower }),
    };
  });
}

export function parametersFrom(value: unknown, path: string): ParameterFile {
  const file = File.safeParse(value);
  if (!file.success)
    throw new ResponseFileError(
      'unknown-parameters',
      `${path}: ${file.error.issues[0]?.path.join('.') ?? ''}: ${file.error.issues[0]?.message ?? 'no parameters'}`,
      { path, why: `${file.error.issues[0]?.path.join('.') ?? ''} ${file.error.issues[0]?.message ?? ''}`.trim() },
    );
  const { parameters, population, persons, groups, calibration } = file.data;
  // The first group is the reference that stands for the scale.
  const [reference] = groups ?? [{ persons: persons ?? NaN, ...(population ?? { mean: NaN, sd: NaN }) }];
  const sample =
    calibration?.anchors === 'none' &&
    reference !== undefined &&
    reference.persons > 0 &&
    Number.isFinite(reference.mean) &&
    (reference.sd ?? NaN) > 0
      ? { persons: reference.persons, mean: reference.mean ?? NaN, sd: reference.sd ?? NaN }
      : undefined;
  const covariances = new Map(
    parameters.flatMap(({ id }, n) => {
      const own = calibration?.covariances?.[n];
      return own === undefined || own === null || own.includes(null)
        ? []
        : [[id, own.map((value) => value ?? NaN)] as const];
    }),
  );
  return {
    parameters,
    ...(covariances.size === 0 ? {} : { covariances }),
    ...(population === undefined ? {} : { population }),
    ...(sample === undefined ? {} : { sample }),
  };
}

/** Throws ResponseFileError naming the line or the field. */
export async function readParameters(path: string): Promise<ParameterFile> {
  const text = await readFile(path, 'utf8');
  if (!path.endsWith('.json')) return { parameters: fromCsv(text, path) };
  try {
    return parametersFrom(JSON.parse(text), path);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ResponseFileError('not-json', `${path}: is no JSON`, { path });
    throw error;
  }
}

export const itemModels = [
  'rasch',
  '1pl',
  '2pl',
  '3pl',
  'pcm',
  'gpcm',
  'rsm',
  'grm',
  'nrm',
] as const satisfies readonly ItemModelName[];
const isItemModel = (name: string): name is ItemModelName => itemModels.some((model) => model === name);

/** CSV with the columns item and model. */
export async function readModels(path: string): Promise<ReadonlyMap<string, ItemModelName>> {
  const records: Record<string, string>[] = parse(await readFile(path, 'utf8'), {
    bom: true,
    columns: true,
    skip_empty_lines: true,
    trim: true,
    delimiter: [',', ';', '\t'],
  });
  return new Map(
    records.map(({ item = '', model = '' }, n) => {
      if (item === '' || !isItemModel(model))
        throw new ResponseFileError(
          'unknown-model',
          `${path}, line ${n + 2}: needs the columns item and model, one of ${itemModels.join(', ')}`,
          { path, line: n + 2, models: itemModels.join(', ') },
        );
      return [item.replace(/^'(?=[=+\-@\t\r])/, ''), model];
    }),
  );
}

const Normal = z.strictObject({ mean: finite, sd: z.number().positive() });
const PriorFile = z.strictObject({
  slope: Normal.optional(),
  intercept: Normal.optional(),
  lower: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('logitNormal'), mean: finite, sd: z.number().positive() }),
      z.strictObject({ kind: z.literal('beta'), alpha: z.number().positive(), beta: z.number().positive() }),
    ])
    .optional(),
});

/**
 * JSON: slope (of ln a) and intercept (of −a·b) as { mean, sd }; lower as { kind: logitNormal, mean, sd } or { kind:
 * beta, alpha, beta }.
 */
export async function readPriors(path: string): Promise<Priors> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ResponseFileError('not-json', `${path}: is no JSON`, { path });
    throw error;
  }
  const file = PriorFile.safeParse(value);
  if (!file.success)
    throw new ResponseFileError(
      'unknown-priors',
      `${path}: ${file.error.issues[0]?.path.join('.') ?? ''}: ${file.error.issues[0]?.message ?? ''}`,
      { path, why: `${file.error.issues[0]?.path.join('.') ?? ''} ${file.error.issues[0]?.message ?? ''}`.trim() },
    );
  const { slope, intercept, lower } = file.data;
  return {
    ...(slope === undefined ? {} : { slope }),
    ...(intercept === undefined ? {} : { intercept }),
    ...(lower === undefined ? {} : { lower }),
  };
}
