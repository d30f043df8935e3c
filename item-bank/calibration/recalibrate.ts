/**
 * New parameters for the items of a bank: `runCalibration` on those that the bank knows, and its outcome item by item
 * as the bank keeps it. Pure.
 */
import { type BankModel, type ItemParameterRow, type Recalibration, specOf } from '../releases/release.ts';
import { defined } from '../../storage/document/defined.ts';
import type { OldParameters } from './judge.ts';
import type { Fields } from './response-file-error.ts';
import { keepItems } from './response-rows.ts';
import type { CalibrationOutcome } from './outcome.ts';
import type { Recalibrated, RecalibratedItem } from './recalibrated.ts';
import { runCalibration } from './run.ts';
import { type ResponseData, journalItem } from './stream-responses.ts';

/** Stable codes: nothing that could be calibrated with the anchors asked for. */
export class NotCalibrated extends Error {
  constructor(
    readonly code: 'too-few-anchors' | 'nothing-new',
    why: string,
    readonly fields: Fields = {},
  ) {
    super(why);
    this.name = 'NotCalibrated';
  }
}

export interface BankItem {
  readonly id: string;
  readonly version: number;
  /** On trial: its parameters, if it has any, are guesses that carry no scale. */
  readonly isPretest: boolean;
}
export interface RecalibrationRequest {
  readonly model: BankModel;
  /**
   * linked: all is estimated and brought onto the old scale; fixed: items that have parameters keep them, and carry the
   * new ones.
   */
  readonly anchors: Recalibration['anchors'];
  /** The base's rows, and every item that may get one. */
  readonly parameters: readonly ItemParameterRow[];
  readonly items: readonly BankItem[];
  readonly equivalentGroups?: boolean;
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

const fewestAnchors = 3;

interface Column {
  readonly name: string;
  /** In the bank; absent for a stranger. */ readonly item: BankItem | undefined;
  readonly responses: number;
  readonly right: number;
}

/**
 * Columns of the data with what was counted in them. Journal rows name an item with its version; another version is no
 * item of the bank.
 */
function columnsOf({ items, matrix }: ResponseData, known: readonly BankItem[]): Column[] {
  const place = new Map(
    known.flatMap(
      (item) =>
        [
          [item.id, item],
          [journalItem({ item: item.id, version: item.version }), item],
        ] as const,
    ),
  );
  const [responses, right] = [new Uint32Array(items.length), new Uint32Array(items.length)];
  matrix.item.forEach((column, n) => {
    responses[column] = (responses[column] ?? 0) + 1;
    if (matrix.category[n] === 1) right[column] = (right[column] ?? 0) + 1;
  });
  const taken = new Set<BankItem>();
  return items.map((name, n) => {
    const found = place.get(name);
    const item = found === undefined || taken.has(found) ? undefined : found;
    if (item !== undefined) taken.add(item);
    return { name, item, responses: responses[n] ?? 0, right: right[n] ?? 0 };
  });
}

/** Only the bank's own items, under the bank's names. */
function ofBank(data: ResponseData, columns: readonly Column[]): ResponseData {
  const kept = Uint32Array.from(columns.flatMap(({ item }, n) => (item === undefined ? [] : [n])));
  const strangers = columns.filter(({ item }) => item === undefined).map(({ name }) => name);
  return {
    ...data,
    items: Array.from(kept, (n) => columns[n]?.item?.id ?? ''),
    matrix: strangers.length === 0 ? data.matrix : keepItems(data.matrix, kept),
    ...(data.choices === undefined
      ? {}
      : {
          choices: {
            matrix: keepItems(data.choices.matrix, kept),
            key: Int16Array.from(kept, (n) => data.choices?.key[n] ?? -1),
          },
        }),
    remarks: [
      ...data.remarks,
      ...(strangers.length === 0
        ? []
        : [{ code: 'not-in-bank', count: strangers.length, names: strangers.slice(0, 20) }]),
    ],
  };
}

/** Rows that keep their parameters, of items that vary in the data. */
function fixedRows(columns: readonly Column[], rows: ReadonlyMap<string, ItemParameterRow>): ItemParameterRow[] {
  const usable = columns.flatMap(({ item, responses, right }) =>
    item !== undefined && right > 0 && right < responses ? [item] : [],
  );
  const fixed = usable.flatMap((item) => (item.isPretest ? [] : (rows.get(item.id) ?? [])));
  if (fixed.length < fewestAnchors)
    throw new NotCalibrated(
      'too-few-anchors',
      `${fixed.length} items have old parameters and responses: fixing a scale needs ${fewestAnchors}`,
      { anchors: fixed.length, least: fewestAnchors },
    );
  if (fixed.length === usable.length)
    throw new NotCalibrated(
      'nothing-new',
      'every item with responses has parameters already: nothing is left to estimate with those kept',
    );
  return fixed;
}

function anchorRows(
  anchors: RecalibrationRequest['anchors'],
  columns: readonly Column[],
  rows: ReadonlyMap<string, ItemParameterRow>,
): readonly ItemParameterRow[] {
  switch (anchors) {
    case 'none':
      return [];
    case 'linked':
      return [...rows.values()];
    case 'fixed':
      return fixedRows(columns, rows);
  }
}

const oldOf = ({ slope, difficulty, lower, origin }: ItemParameterRow): OldParameters => ({
  slope,
  difficulty,
  ...defined({ lower }),
  origin,
});

/** Item by item, in the order of the data; items that could not be calibrated and strangers among them. */
function itemsOf(
  columns: readonly Column[],
  { appraisal, calibration }: CalibrationOutcome,
  rows: ReadonlyMap<string, ItemParameterRow>,
  fixed: ReadonlySet<string>,
): RecalibratedItem[] {
  const linking = calibration?.link?.residuals.flatMap(({ item, isUsed }) => (isUsed ? [item] : []));
  const carriers = new Set([...fixed, ...(linking ?? [])]);
  const place = new Map(appraisal.items.map(({ item }, n) => [item, n]));
  return columns.map(({ name, item, responses, right }): RecalibratedItem => {
    if (item === undefined) return { id: name, responses, right, light: 'drop', reasons: ['not-in-bank'] };
    const [n, row] = [place.get(item.id) ?? -1, rows.get(item.id)];
    const facts = { id: item.id, responses, right, ...defined({ old: row === undefined ? undefined : oldOf(row) }) };
    const [judged, estimate] = [appraisal.items[n], calibration?.estimates[n]];
    if (judged === undefined || estimate === undefined) return { ...facts, light: 'drop', reasons: ['no-variance'] };
    const { infit, outfit, rmsd } = judged;
    return {
      ...facts,
      estimate: { ...estimate },
      ...([infit, outfit, rmsd].every(Number.isFinite) ? { fit: { infit, outfit, rmsd } } : {}),
      light: judged.light,
      reasons: [...judged.reasons],
      ...(fixed.has(item.id) ? { isFixed: true as const } : {}),
      ...(carriers.has(item.id) ? { isAnchor: true as const } : {}),
    };
  });
}

/**
 * Throws NotCalibrated, ResponseFileError and IrtError. Items all right or all wrong, and those that the bank does not
 * know, are left out and reported.
 */
export function recalibrate(
  data: ResponseData,
  { model, anchors, parameters, items, equivalentGroups, onCycle }: RecalibrationRequest,
): { readonly summary: Recalibrated; readonly outcome: CalibrationOutcome } {
  const columns = columnsOf(data, items);
  const rows = new Map(parameters.map((row) => [row.id, row]));
  const anchored = anchorRows(anchors, columns, rows);
  const outcome = runCalibration(ofBank(data, columns), {
    model,
    anchors: anchored.map(specOf),
    anchorMethod: anchors === 'fixed' ? 'fixed' : 'linked',
    guesses: new Set(anchored.flatMap(({ id, origin }) => (origin === 'expert-guess' ? [id] : []))),
    ...defined({ equivalentGroups, onCycle }),
  });
  const { converged = false, cycles = 0, logLikelihood = NaN, largestChange = NaN, link } = outcome.calibration ?? {};
  return {
    outcome,
    summary: {
      persons: outcome.persons,
      converged,
      cycles,
      logLikelihood,
      largestChange,
      ...(link === undefined
        ? {}
        : {
            link: { items: link.residuals.filter(({ isUsed }) => isUsed).length, slope: link.slope, shift: link.shift },
          }),
      items: itemsOf(columns, outcome, rows, new Set(anchors === 'fixed' ? anchored.map(({ id }) => id) : [])),
    },
  };
}
