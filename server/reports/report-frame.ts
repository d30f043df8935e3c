import type { Mark } from '../../engine/charts/curve.ts';
import type { ReportVoice } from '../../words/reports.ts';

/** What a report of a calibration needs beside its outcome. */
export interface ReportFrame {
  readonly file: string;
  /** An instant; the page shows its day. */
  readonly madeAt: string;
  readonly say: ReportVoice;
  readonly cuts: readonly Mark[];
}
