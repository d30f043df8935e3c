/** The outcome of a calibration as tables and JSON, beside the report. */
import { optionName } from './numbers.ts';
import { type CalibrationOutcome } from '../../item-bank/calibration/outcome.ts';
import { type ItemSpec } from 'itemresponsetheory';
import { csv } from '../../item-bank/calibration/csv.ts';

const itemColumns = [
  'item',
  'light',
  'reasons',
  'responses',
  'p',
  'itemRest',
  'slope',
  'slopeStandardError',
  'difficulty',
  'difficultyStandardError',
  'steps',
  'lower',
  'infit',
  'infitZ',
  'outfit',
  'outfitZ',
  'rmsd',
  'sumScoreChiSquare',
  'sumScoreDegreesOfFreedom',
  'sumScoreP',
  'moreResponses',
] as const;

/**
 * Steps in one cell; nominal: slopes, a bar, intercepts. A leading minus is part of a list: it stands behind an
 * apostrophe.
 */
const stepsOf = (spec: ItemSpec | undefined): string | undefined =>
  spec === undefined || spec.model === 'logistic'
    ? undefined
    : spec.model === 'nominal'
      ? `${spec.slopes.join(' ')} | ${spec.intercepts.join(' ')}`
      : spec.steps.join(' ');

export function itemsCsv({ appraisal, calibration, parameters }: CalibrationOutcome): string {
  return csv(
    itemColumns,
    appraisal.items.map((item, n) => {
      const [estimate, spec] = [calibration?.estimates[n], parameters[n]];
      const given = spec?.model === 'logistic' ? spec : undefined;
      return [
        item.item,
        item.light,
        item.reasons.join(' '),
        item.responses,
        item.p,
        item.itemRest,
        estimate?.slope ?? given?.slope,
        estimate?.slopeStandardError,
        estimate?.difficulty ?? given?.difficulty,
        estimate?.difficultyStandardError,
        stepsOf(spec),
        given?.lower,
        item.infit,
        item.infitZ,
        item.outfit,
        item.outfitZ,
        item.rmsd,
        item.sumScoreFit?.chiSquare,
        item.sumScoreFit?.degreesOfFreedom,
        item.sumScoreFit?.p,
        item.moreResponses,
      ];
    }),
  );
}

/** The documented schema: item-bank/calibration/README.md. */
export function outcomeJson(
  outcome: CalibrationOutcome,
  { file, madeAt }: { readonly file: string; readonly madeAt: string },
): string {
  const {
    appraisal: { abilities: _, personFit: __, inOrder: ____, ...appraisal },
    takers: ___,
    ...rest
  } = outcome;
  return `${JSON.stringify({ schema: 'meetlat-calibration-1', file, madeAt, ...rest, appraisal }, null, 1)}\n`;
}

export function personsCsv({ appraisal: { abilities, personFit, inOrder }, takers }: CalibrationOutcome): string {
  return csv(
    [
      'person',
      'theta',
      'standardError',
      'lzStar',
      'p',
      'infit',
      'outfit',
      ...(inOrder === undefined ? [] : ['cusum', 'cusumP', 'cusumDirection', 'cusumFrom', 'cusumTo']),
    ],
    takers.map((name, n) => {
      const [fit, sums] = [personFit[n], inOrder?.[n]];
      return [
        name,
        abilities.theta[n],
        abilities.standardError[n],
        fit?.lzStar,
        fit?.p,
        fit?.infit,
        fit?.outfit,
        ...(inOrder === undefined ? [] : [sums?.statistic, sums?.p, sums?.direction, sums?.from, sums?.to]),
      ];
    }),
  );
}

/** A row for each option of each item; undefined where the data do not tell which were chosen. */
export function distractorsCsv({ distractors }: CalibrationOutcome): string | undefined {
  return distractors === undefined
    ? undefined
    : csv(
        ['item', 'option', 'isKey', 'persons', 'share', 'restCorrelation', 'weak', 'middle', 'strong', 'flags'],
        distractors.flatMap(({ item, options, flags }) =>
          options.map(({ option, isKey, persons, share, restCorrelation, groupShares: [weak, middle, strong] }) => [
            item,
            optionName(option),
            isKey ? 1 : 0,
            persons,
            share,
            restCorrelation,
            weak,
            middle,
            strong,
            flags.join(' '),
          ]),
        ),
      );
}
