/** The persons of a calibration, never by name: their place on the scale, groups, and how many answer oddly. */
import { figure, table, section, paragraph } from './page.ts';
import { fixed } from './numbers.ts';
import { type ReportFrame } from './report-frame.ts';
import { escapeXml } from '../../engine/charts/svg.ts';
import { wrightMap } from '../../engine/charts/wright-map.ts';
import { type CalibrationOutcome } from '../../item-bank/calibration/outcome.ts';
import { createItemParameters } from 'itemresponsetheory';

export function persons(outcome: CalibrationOutcome, { say, cuts }: ReportFrame): string {
  const located = outcome.parameters.filter((spec) => spec.model !== 'nominal');
  if (located.length === 0) return '';
  const thetas = Array.from(outcome.appraisal.abilities.theta);
  const titles = {
    title: say('report.wrightTitle'),
    description: say('report.wrightDescription'),
    persons: say('report.persons'),
    items: say('report.items'),
  };
  return section(
    say('report.wrightTitle'),
    paragraph(say('report.wrightText')) +
      figure('', wrightMap(createItemParameters(located), thetas, { ...titles, marks: cuts }), 'wide'),
  );
}

/** How many persons answered unlike the model; who they are is in persons.csv alone. */
export function personFit(
  { appraisal: { personFit: found, inOrder = [] } }: CalibrationOutcome,
  { say }: ReportFrame,
): string {
  const known = found.filter(({ p }) => Number.isFinite(p));
  if (known.length === 0) return '';
  const share = (list: readonly { readonly p: number }[], bound: number): string =>
    `${((100 * list.filter(({ p }) => p < bound).length) / list.length).toFixed(1)} %`;
  const sums = inOrder.filter((one) => one !== undefined);
  const out = sums.filter(({ p }) => p < 0.05);
  const better = out.filter(({ direction }) => direction === 'better').length;
  const order =
    sums.length === 0
      ? ''
      : paragraph(
          say('report.personOrderText', {
            five: share(sums, 0.05),
            one: share(sums, 0.01),
            persons: sums.length,
            found: out.length,
            better,
            worse: out.length - better,
          }),
        );
  return section(
    say('report.personFitTitle'),
    paragraph(
      say('report.personFitText', { five: share(known, 0.05), one: share(known, 0.01), persons: known.length }),
    ) + order,
  );
}

export function groups({ groups: found, calibration }: CalibrationOutcome, { say }: ReportFrame): string {
  if (found === undefined) return '';
  return section(
    say('report.groupsTitle'),
    paragraph(calibration === undefined ? say('report.groupsText') : say('report.groupsEstimated')) +
      table(
        say.each('report.group', 'report.persons', 'report.mean', 'report.se', 'report.sd'),
        found.map(({ name, persons: count, mean, sd, meanStandardError }) => [
          escapeXml(name === '' ? '–' : name),
          String(count),
          fixed(mean),
          fixed(meanStandardError),
          fixed(sd),
        ]),
        'narrow',
      ),
  );
}
