/** A calibration, or a fit of known parameters, told on the terminal and written as a report. */
import { basename } from 'node:path';
import type { CalibrationOutcome } from '../../item-bank/calibration/outcome.ts';
import { calibrationPage } from '../reports/calibration-page.ts';
import { distractorsCsv, itemsCsv, outcomeJson, personsCsv } from '../reports/calibration-tables.ts';
import { outcomeLines } from '../reports/calibration-lines.ts';
import { now } from '../machine.ts';
import { writeReport } from './report-folder.ts';
import type { ResponsesRequest } from './responses-file.ts';

/** The exit code: 1 when it did not converge. */
export async function tellOutcome(
  outcome: CalibrationOutcome,
  path: string,
  { cuts, say, out }: ResponsesRequest,
): Promise<number> {
  console.log(outcomeLines(outcome, say).join('\n'));
  await writeReport(out, () => {
    const frame = { file: basename(path), madeAt: now(), cuts };
    const distractors = distractorsCsv(outcome);
    return {
      [outcome.kind === 'calibrate' ? 'calibration.json' : 'fit.json']: outcomeJson(outcome, frame),
      'items.csv': itemsCsv(outcome),
      'persons.csv': personsCsv(outcome),
      ...(distractors === undefined ? {} : { 'distractors.csv': distractors }),
      'report.html': calibrationPage(outcome, { ...frame, say }),
    };
  });
  return outcome.calibration?.converged === false ? 1 : 0;
}
