/** What `meetlat calibrate` wrote, read as new parameters for a release; refused where the bank's scale is another. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { sha256 } from '../../storage/document/hash.ts';
import { NotPublishable, type Proposal, type ProposedItem } from '../releases/publishable.ts';
import { BankModel, type ItemParameterRow, type Release } from '../releases/release.ts';
import { ItemEstimate, Light, LightReason } from './judge.ts';
import { ResponseFileError } from './response-file-error.ts';
import { journalItem } from './stream-responses.ts';

const CalibrationJson = z.object({
  schema: z.literal('meetlat-calibration-1'),
  kind: z.literal('calibrate'),
  parameters: z.array(
    z.object({
      id: z.string(),
      model: z.string(),
      slope: z.number().optional(),
      difficulty: z.number().optional(),
      lower: z.number().optional(),
    }),
  ),
  calibration: z.object({
    model: z.string(),
    models: z.array(z.string()).optional(),
    anchors: z.enum(['fixed', 'linked', 'none']),
    converged: z.boolean(),
    estimates: z.array(ItemEstimate),
    standardErrors: z.array(z.array(z.number().nullable())),
    link: z
      .object({ residuals: z.array(z.object({ item: z.string(), to: z.number(), isUsed: z.boolean() })) })
      .optional(),
  }),
  appraisal: z.object({ items: z.array(z.object({ item: z.string(), light: Light, reasons: z.array(LightReason) })) }),
});
type CalibrationJson = z.infer<typeof CalibrationJson>;

export interface FiledProposal extends Proposal {
  readonly job: string;
}

function parsed(bytes: Uint8Array, path: string): CalibrationJson {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ResponseFileError('not-json', `${path}: is no JSON`, { path });
    throw error;
  }
  const file = CalibrationJson.safeParse(value);
  if (file.success) return file.data;
  const [issue] = file.error.issues;
  const why = `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
  throw new ResponseFileError('unknown-parameters', `${path}: ${why}`, { path, why });
}

/** The bank's name of each item of the file. Journal rows name an item with its version. Throws NotPublishable. */
function bankNames({ parameters }: CalibrationJson, base: Release): ReadonlyMap<string, string> {
  const known = new Map(
    base.items.flatMap(({ id, version }) => [
      [id, id],
      [journalItem({ item: id, version }), id],
    ]),
  );
  const strangers = parameters.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  if (strangers.length > 0) {
    const item = strangers.slice(0, 10).join(', ');
    throw new NotPublishable('unknown-item', `${base.id} has no item ${item}, or another version of it`, {
      item,
      base: base.id,
    });
  }
  return known;
}

/** A row holds slope, difficulty and lower asymptote of an item that is right or wrong, by one model for all. */
function modelOf({ parameters, calibration: { model } }: CalibrationJson): BankModel {
  const known = BankModel.safeParse(model);
  const other = parameters.find((spec) => spec.model !== 'logistic');
  if (known.success && other === undefined) return known.data;
  const named = other === undefined ? model : `${model}, ${other.id}`;
  throw new NotPublishable('other-model', `${named}: a release holds items of one of ${BankModel.options.join(', ')}`, {
    model,
    models: BankModel.options.join(', '),
  });
}

/** Numbers as JSON and CSV keep them. */
const isSame = (one: number | undefined, other: number | undefined): boolean =>
  Math.abs((one ?? NaN) - (other ?? NaN)) < 1e-6;

/** Items that carried the scale, each with whether the bank has it in that place. */
function anchorsOf(
  { parameters, calibration: { anchors, standardErrors, link } }: CalibrationJson,
  rowOf: (name: string) => ItemParameterRow | undefined,
): { readonly name: string; readonly isOnScale: boolean }[] {
  if (anchors === 'linked')
    return (link?.residuals ?? [])
      .filter(({ isUsed }) => isUsed)
      .map(({ item, to }) => ({ name: item, isOnScale: isSame(to, rowOf(item)?.difficulty) }));
  return parameters
    .filter((_, n) => anchors === 'fixed' && standardErrors[n]?.length === 0)
    .map(({ id, slope, difficulty, lower }) => {
      const row = rowOf(id);
      const isOnScale =
        isSame(slope, row?.slope) && isSame(difficulty, row?.difficulty) && isSame(lower ?? 0, row?.lower ?? 0);
      return { name: id, isOnScale };
    });
}

/** Names the file for ever, as a release of it does: a second release is not made of it. */
export const jobOf = async (path: string): Promise<string> => jobOfBytes(await readFile(path));
const jobOfBytes = (bytes: Uint8Array): string => `file-${sha256(bytes).slice(0, 32)}`;

/**
 * The calibration of a folder as a proposal for the release after `base`. Throws NotPublishable where items, model or
 * scale are not the bank's, ResponseFileError for a file that is none.
 */
export async function readProposal(path: string, base: Release): Promise<FiledProposal> {
  const bytes = await readFile(path);
  const file = parsed(bytes, path);
  const names = bankNames(file, base);
  const model = modelOf(file);
  const rows = new Map(base.parameters.map((row) => [row.id, row]));
  const carriers = anchorsOf(file, (name) => rows.get(names.get(name) ?? ''));
  const strange = carriers.filter(({ isOnScale }) => !isOnScale).map(({ name }) => name);
  if (strange.length > 0) {
    const items = strange.slice(0, 10).join(', ');
    throw new NotPublishable('other-scale', `these anchors have other parameters in ${base.id}: ${items}`, {
      items,
      base: base.id,
    });
  }
  const carrying = new Set(carriers.map(({ name }) => name));
  const { anchors, converged, estimates, standardErrors } = file.calibration;
  return {
    job: jobOfBytes(bytes),
    model,
    anchors,
    converged,
    items: file.appraisal.items.map(({ item, light, reasons }, n): ProposedItem => ({
      id: names.get(item) ?? item,
      estimate: estimates[n],
      light,
      reasons,
      ...(anchors === 'fixed' && standardErrors[n]?.length === 0 ? { isFixed: true } : {}),
      ...(carrying.has(item) ? { isAnchor: true } : {}),
    })),
  };
}
