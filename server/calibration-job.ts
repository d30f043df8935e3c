/** A designer's calibration as it is kept: what was asked, how far it is, and what came out. */
import { z } from 'zod';
import { Recalibrated } from '../item-bank/calibration/recalibrated.ts';
import { BankModel } from '../item-bank/releases/release.ts';
import type { Collection, CollectionDefinition } from '../storage/port.ts';

/** What is kept beside it. */
export const CalibrationFile = z.enum([
  'report.nl.html',
  'report.en.html',
  'items.csv',
  'persons.csv',
  'distractors.csv',
  'calibration.json',
]);
export type CalibrationFile = z.infer<typeof CalibrationFile>;

export const CalibrationJob = z.strictObject({
  bank: z.string(),
  base: z.string(),
  model: BankModel,
  anchors: z.enum(['linked', 'fixed', 'none']),
  source: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('file'), name: z.string(), bytes: z.int() }),
    z.strictObject({ kind: z.literal('sessions') }),
  ]),
  /** Column of groups in the file, and what was done with bad data; absent: none, refused. */
  groups: z.string().optional(),
  duplicates: z.enum(['refuse', 'first']).optional(),
  equivalentGroups: z.literal(true).optional(),
  by: z.string(),
  createdAt: z.string(),
  state: z.enum(['running', 'finished', 'failed', 'cancelled', 'interrupted']),
  /** The process that works on it, and when it last said so. */
  holder: z.string(),
  beatAt: z.string(),
  /** Lines read so far. */
  lines: z.int().optional(),
  read: z.strictObject({ persons: z.int(), items: z.int() }).optional(),
  progress: z.strictObject({ cycle: z.int(), logLikelihood: z.number(), largestChange: z.number() }).optional(),
  endedAt: z.string().optional(),
  /** `detail` is English; code and fields are put in words for whoever reads. */
  failure: z
    .strictObject({
      code: z.string(),
      fields: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      detail: z.string(),
    })
    .optional(),
  outcome: Recalibrated.optional(),
  /** Kept beside the job, until somebody erased them. */
  files: z.array(CalibrationFile).optional(),
  filesErasedAt: z.string().optional(),
});
export type CalibrationJob = z.infer<typeof CalibrationJob>;
export const calibrationJobs: CollectionDefinition<CalibrationJob, 'createdAt' | 'state'> = {
  name: 'calibrations',
  indexes: { createdAt: { fields: ['createdAt'] }, state: { fields: ['state', 'createdAt'] } },
  // Parameters are published from its outcome: nobody who only holds the database can make or change one.
  sealed: true,
};
export type CalibrationJobs = Collection<CalibrationJob, 'createdAt' | 'state'>;
