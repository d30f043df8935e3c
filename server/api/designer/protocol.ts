/**
 * The test designer: `/api/v1/designer/…` (staff cookie, role designer).
 *   GET banks                     -> BankSummary[]
 *   GET banks/:bank/items?after=  -> ItemPage (with parameters and live statistics)
 *   GET banks/:bank/items/:id     -> ItemDetail (text, key, rationale, SVG item characteristic curve)
 *   GET banks/:bank/media/:media  -> a clip or picture
 *   GET specifications            -> SpecificationView[]
 *   GET  banks/:bank/releases     -> ReleaseView[], newest first
 *   POST banks/:bank/in-force     -> 204; body InForceChoice: which release new sessions use; two people
 * POST banks/:bank/calibrations?source=&model=&anchors=&name=&groups=&duplicates=&equivalentGroups= -> CalibrationView;
 * body: the CSV or journal rows (or their gzip) where source is file
 *   GET  calibrations             -> CalibrationSummary[], newest first
 *   GET  calibrations/:id         -> CalibrationView
 *   GET  calibrations/:id/events  -> SSE: `calibration` with a CalibrationView at once and at every change
 *   GET  calibrations/:id/files/:file -> the report (a page without script) or a download: CalibrationFile
 *   POST calibrations/:id/cancel  -> 204
 *   POST calibrations/:id/erase-files -> 204
 * POST calibrations/:id/release -> ReleaseView; body PublicationRequest: a new release with the chosen items' new
 * parameters
 */
import { z } from 'zod';
import { Recalibrated, RecalibratedItem } from '../../../item-bank/calibration/recalibrated.ts';
import { Use } from '../../../item-bank/items/item.ts';
import { BankModel, ItemParameterRow, Recalibration } from '../../../item-bank/releases/release.ts';
import { CalibrationFile } from '../../calibration-job.ts';
import { LoginRequest } from '../staff/protocol.ts';

export { CalibrationFile };

export const BankSummary = z.strictObject({
  bank: z.string(),
  release: z.string(),
  createdAt: z.iso.datetime(),
  operational: z.int(),
  pretest: z.int(),
  practice: z.int(),
  synthetic: z.boolean(),
});
export type BankSummary = z.infer<typeof BankSummary>;

export const ItemRow = z.strictObject({
  id: z.string(),
  version: z.int(),
  kind: z.enum(['choice', 'speaking']),
  use: Use,
  attributes: z.record(z.string(), z.string()),
  languages: z.array(z.string()),
  /** Absent for an item without parameters. */
  ...ItemParameterRow.pick({ slope: true, difficulty: true, lower: true, origin: true }).partial().shape,
  /** In closed sessions: times given, answered, right; and what they say at first sight. */
  given: z.int(),
  answered: z.int(),
  right: z.int(),
  light: z.enum(['few', 'keep', 'look']),
  reviewBy: z.string().optional(),
});
export type ItemRow = z.infer<typeof ItemRow>;
export const ItemPage = z.strictObject({ items: z.array(ItemRow), total: z.int(), next: z.string().optional() });
export type ItemPage = z.infer<typeof ItemPage>;

export const ItemDetail = ItemRow.extend({
  texts: z.record(
    z.string(),
    z.strictObject({
      stimulus: z.string().optional(),
      stem: z.string(),
      options: z.array(
        z.strictObject({ text: z.string(), picture: z.string().optional(), audio: z.string().optional() }),
      ),
      stimulusAudio: z.string().optional(),
      stemAudio: z.string().optional(),
    }),
  ),
  key: z.int().optional(),
  rationale: z.string().optional(),
  source: z.string().optional(),
  lookFor: z.string().optional(),
  enemies: z.array(z.string()),
  /** SVG texts: characteristic curve and information. */
  curve: z.string().optional(),
  /** Further items that the account may read with their key today. */
  itemsLeft: z.int(),
});
export type ItemDetail = z.infer<typeof ItemDetail>;

export const SpecificationView = z.strictObject({
  id: z.string(),
  version: z.int(),
  title: z.record(z.string(), z.string()),
  synthetic: z.boolean(),
  parts: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.string(),
      facts: z.array(z.strictObject({ name: z.string(), value: z.string() })),
    }),
  ),
  /** Test information with the cuts, SVG. */
  information: z.string().optional(),
});
export type SpecificationView = z.infer<typeof SpecificationView>;

const Account = z.string();
const Choice = z.strictObject({
  at: z.iso.datetime(),
  previous: z.string(),
  by: Account,
  /** Absent where one person could still do it alone. */
  confirmedBy: Account.optional(),
  reason: z.string(),
});

export const ReleaseView = z.strictObject({
  id: z.string(),
  bank: z.string(),
  createdAt: z.iso.datetime(),
  items: z.int(),
  parameters: z.int(),
  calibrated: z.int(),
  inForce: z.boolean(),
  /** Of a release made by a calibration. */
  recalibration: Recalibration.optional(),
  /** When it was put in force, by whom and why; oldest first. */
  choices: z.array(Choice),
});
export type ReleaseView = z.infer<typeof ReleaseView>;

const ActReason = z.string().trim().min(3).max(500);
/** Another account of the agency types its password: nobody puts a release in force alone. */
export const InForceChoice = z.strictObject({
  release: z.string().max(100),
  reason: ActReason,
  confirmedBy: LoginRequest,
});
export type InForceChoice = z.infer<typeof InForceChoice>;
export const PublicationRequest = z.strictObject({
  items: z.array(z.string().max(100)).min(1).max(5000),
  reason: ActReason,
});
export type PublicationRequest = z.infer<typeof PublicationRequest>;

export const CalibrationQuery = z.strictObject({
  source: z.enum(['file', 'sessions']),
  model: BankModel,
  anchors: Recalibration.shape.anchors,
  name: z.string().max(200).optional(),
  /** Column of the file that names each person's group. */
  groups: z.string().trim().min(1).max(100).optional(),
  duplicates: z.enum(['refuse', 'first']).optional(),
  /** yes: takers of forms that no person links are samples of one population. */
  equivalentGroups: z.enum(['yes']).optional(),
});
export type CalibrationQuery = z.infer<typeof CalibrationQuery>;

/**
 * The largest file taken, bytes: as sent, and unpacked (it is put down on the disk); and the most responses in it
 * (about 30 bytes of memory each at the worst moment).
 */
export const responseFileLimits = {
  sent: 512 * 1024 * 1024,
  unpacked: 2048 * 1024 * 1024,
  responses: 40_000_000,
} as const;

export const CalibrationSummary = z.strictObject({
  id: z.string(),
  bank: z.string(),
  base: z.string(),
  model: BankModel,
  anchors: Recalibration.shape.anchors,
  source: z.enum(['file', 'sessions']),
  file: z.string().optional(),
  by: Account,
  createdAt: z.iso.datetime(),
  /** interrupted: the server ended before the job did; nothing of it was kept. */
  state: z.enum(['running', 'finished', 'failed', 'cancelled', 'interrupted']),
  /** The release that was made of it. */
  release: z.string().optional(),
});
export type CalibrationSummary = z.infer<typeof CalibrationSummary>;

/** `publishable`: its new parameters may go into a release. */
export const CalibratedRow = RecalibratedItem.extend({ publishable: z.boolean() });
export type CalibratedRow = z.infer<typeof CalibratedRow>;

export const CalibrationView = CalibrationSummary.extend({
  /** Lines read so far. */
  lines: z.int().optional(),
  read: z.strictObject({ persons: z.int(), items: z.int() }).optional(),
  progress: z.strictObject({ cycle: z.int(), logLikelihood: z.number(), largestChange: z.number() }).optional(),
  endedAt: z.iso.datetime().optional(),
  /** Why, in the languages of the staff. */
  failure: z.strictObject({ code: z.string(), texts: z.record(z.enum(['nl', 'en']), z.string()) }).optional(),
  outcome: Recalibrated.extend({ items: z.array(CalibratedRow) }).optional(),
  /**
   * Of a finished calibration, to be fetched by name; persons.csv has names as the responses have them, sessions where
   * those are live ones.
   */
  files: z.array(CalibrationFile).optional(),
  filesErasedAt: z.iso.datetime().optional(),
  /** A later release of the bank was published since: calibrate once more before publishing. */
  superseded: z.boolean(),
});
export type CalibrationView = z.infer<typeof CalibrationView>;
