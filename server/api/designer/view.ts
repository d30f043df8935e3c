/**
 * What a test designer sees: the whole item, its parameters and curves, what happens to it live, and the
 * specifications.
 */
import { createItemParameters } from 'itemresponsetheory';
import { informationChart, itemChart } from '../../../engine/charts/item.ts';
import { type ChoiceItem, type ItemVersion } from '../../../item-bank/items/item.ts';
import { type ItemParameterRow, type Release, specOf } from '../../../item-bank/releases/release.ts';
import type { TestPart, Specification } from '../../../item-bank/specifications/specification.ts';
import { type LiveStatistics, liveLight, noResponses } from '../../../item-bank/statistics/live.ts';
import type { BankState } from '../../../item-bank/releases/bank.ts';
import { isPublishable } from '../../../item-bank/releases/publishable.ts';
import type { RecalibratedItem } from '../../../item-bank/calibration/recalibrated.ts';
import type { LevelCut } from '../../../scoring/regimes/reporting-scale.ts';
import { defined } from '../../../storage/document/defined.ts';
import type { Stored } from '../../../storage/port.ts';
import type { Instant } from '../../../storage/document/instant.ts';
import { reasonOfRefusal } from '../../reports/refusals.ts';
import { reportVoice } from '../../../words/reports.ts';
import type { CalibrationJob } from '../../calibration-job.ts';
import { stateNow } from '../../jobs/calibrations.ts';
import type {
  BankSummary,
  CalibratedRow,
  CalibrationSummary,
  CalibrationView,
  ItemDetail,
  ItemRow,
  ReleaseView,
  SpecificationView,
} from './protocol.ts';

const count = (release: Release, use: ItemVersion['use']): number =>
  release.items.filter((item) => item.use === use).length;

export const bankSummary = (release: Release): BankSummary => ({
  bank: release.bank,
  release: release.id,
  createdAt: release.createdAt,
  operational: count(release, 'operational'),
  pretest: count(release, 'pretest'),
  practice: count(release, 'practice'),
  synthetic: release.synthetic,
});

export function itemRow(
  item: ItemVersion,
  row: ItemParameterRow | undefined,
  live: LiveStatistics = noResponses,
): ItemRow {
  return {
    id: item.id,
    version: item.version,
    kind: item.kind,
    use: item.use,
    attributes: item.attributes,
    languages: item.kind === 'choice' ? Object.keys(item.languages) : ['nl'],
    ...live,
    light: liveLight(live),
    ...defined({ slope: row?.slope, difficulty: row?.difficulty, lower: row?.lower, origin: row?.origin }),
    ...(item.kind === 'choice' && item.reviewBy !== undefined ? { reviewBy: item.reviewBy } : {}),
  };
}

function choiceTexts(item: ChoiceItem): ItemDetail['texts'] {
  return Object.fromEntries(
    Object.entries(item.languages).flatMap(([language, text]) =>
      text === undefined
        ? []
        : [
            [
              language,
              {
                stem: text.stem.text,
                stemAudio: text.stem.audio.id,
                ...(text.stimulus === undefined
                  ? {}
                  : { stimulus: text.stimulus.text, stimulusAudio: text.stimulus.audio.id }),
                options: text.options.map((option) => ({
                  text: option.text,
                  ...(option.picture === undefined ? {} : { picture: option.picture.id }),
                  ...(option.audio === undefined ? {} : { audio: option.audio.id }),
                })),
              },
            ],
          ],
    ),
  );
}

/** The curve is drawn in Dutch: the page puts its own words beside it. */
function curveOf(row: ItemParameterRow | undefined): { curve?: string } {
  if (row === undefined) return {};
  const { id, slope, difficulty, lower } = row;
  const bank = createItemParameters([specOf(row)]);
  const half = lower === undefined ? '½' : ((1 + lower) / 2).toFixed(2);
  const asymptote = lower === undefined ? '' : `; lower asymptote ${lower}`;
  return {
    curve: itemChart(bank, 0, {
      title: id,
      description: `P = ${half} at θ = ${difficulty}; slope ${slope}${asymptote}`,
      ability: 'θ',
      probability: 'P(θ)',
      information: 'I(θ)',
    }),
  };
}

export function itemDetail(
  item: ItemVersion,
  row: ItemParameterRow | undefined,
  live?: LiveStatistics,
): Omit<ItemDetail, 'itemsLeft'> {
  const common = { ...itemRow(item, row, live), enemies: [...item.enemies] };
  if (item.kind === 'choice')
    return {
      ...common,
      texts: choiceTexts(item),
      key: item.key,
      rationale: item.rationale,
      ...(item.source === undefined ? {} : { source: item.source }),
      ...curveOf(row),
    };
  const stem = item.turns.map(({ prompt }) => prompt.text).join(' / ');
  return {
    ...common,
    lookFor: item.lookFor,
    texts: { nl: { stem, options: item.turns.map(({ prompt }) => ({ text: prompt.text, audio: prompt.audio.id })) } },
  };
}

const fact = (name: string, value: string | number): { name: string; value: string } => ({
  name,
  value: String(value),
});

function partFacts(part: TestPart): { name: string; value: string }[] {
  switch (part.kind) {
    case 'adaptive':
      return [
        fact('startTheta', part.policy.startTheta),
        fact('prior', `N(${part.policy.prior.mean}, ${part.policy.prior.sd}²)`),
        fact('rule', `${part.policy.selection.rule}, randomesque ${part.policy.selection.randomesque}`),
        fact('items', `${part.policy.minimumItems}–${part.policy.maximumItems}`),
        fact('standardError', part.policy.standardError),
        fact('pretestPositions', part.policy.pretestPositions.join(', ')),
        fact('plays', part.plays),
        fact('itemLimitSeconds', part.itemLimitMs / 1000),
        ...Object.entries(part.policy.content?.targets ?? {}).map(([name, target]) =>
          fact(`content ${name}`, `${Math.round(target * 100)} %`),
        ),
      ];
    case 'speaking':
      return [fact('tasks', part.tasks.join(', '))];
    case 'linear':
      return [
        fact('slots', part.slots.length),
        fact('values', part.slots.filter((slot) => slot.part === 'values').length),
        fact('practical', part.slots.filter((slot) => slot.part === 'practical').length),
        fact('pretest', part.pretest),
        fact('limitMinutes', part.limitMs / 60_000),
      ];
  }
}

/** `cuts`: where levels begin on the scale of the adaptive part, marked in the picture. */
export function specificationView(
  specification: Specification,
  releases: readonly Release[],
  cuts: readonly LevelCut[],
): SpecificationView {
  const rows = releases
    .filter((release) => specification.banks.includes(release.bank))
    .flatMap((release) => release.parameters);
  const isAdaptive = specification.parts.some((part) => part.kind === 'adaptive');
  const bank = isAdaptive && rows.length > 0 ? createItemParameters(rows.map(specOf)) : undefined;
  return {
    id: specification.id,
    version: specification.version,
    title: specification.title,
    synthetic: specification.synthetic,
    parts: specification.parts.map((part) => ({ id: part.id, kind: part.kind, facts: partFacts(part) })),
    ...(bank === undefined
      ? {}
      : {
          information: informationChart(
            bank,
            rows.map((_, item) => item),
            {
              title: specification.id,
              description: 'Information of the whole bank',
              ability: 'θ',
              information: 'I(θ)',
            },
            cuts.map(({ name, theta }) => ({ name, x: theta })),
          ),
        }),
  };
}

export function releaseView(release: Release, current: Release, { choices }: BankState): ReleaseView {
  return {
    id: release.id,
    bank: release.bank,
    createdAt: release.createdAt,
    items: release.items.length,
    parameters: release.parameters.length,
    calibrated: release.parameters.filter(({ origin }) => origin === 'calibrated').length,
    inForce: release.id === current.id,
    choices: choices
      .filter((choice) => choice.release === release.id)
      .map(({ at, previous, by, confirmedBy, reason }) => ({ at, previous, by, reason, ...defined({ confirmedBy }) })),
    ...(release.recalibration === undefined ? {} : { recalibration: release.recalibration }),
  };
}

const calibratedRow = (item: RecalibratedItem): CalibratedRow => ({ ...item, publishable: isPublishable(item) });

const releaseMadeBy = (id: string, releases: readonly Release[]): string | undefined =>
  releases.find(({ recalibration }) => recalibration?.job === id)?.id;

export function calibrationSummary(
  { id, value }: Stored<CalibrationJob>,
  releases: readonly Release[],
  now: Instant,
): CalibrationSummary {
  const { bank, base, model, anchors, source, by, createdAt } = value;
  const release = releaseMadeBy(id, releases);
  return {
    id,
    bank,
    base,
    model,
    anchors,
    source: source.kind,
    by,
    createdAt,
    state: stateNow(value, now),
    ...(source.kind === 'file' ? { file: source.name } : {}),
    ...(release === undefined ? {} : { release }),
  };
}

export function calibrationView(
  stored: Stored<CalibrationJob>,
  releases: readonly Release[],
  latest: Release,
  now: Instant,
): CalibrationView {
  const { lines, read, progress, endedAt, failure, outcome, files, filesErasedAt, base } = stored.value;
  return {
    ...calibrationSummary(stored, releases, now),
    superseded: latest.id !== base,
    ...defined({ lines, read, progress, endedAt, files, filesErasedAt }),
    ...(failure === undefined
      ? {}
      : {
          failure: {
            code: failure.code,
            texts: {
              nl: reasonOfRefusal(failure, reportVoice('nl'), 'page'),
              en: reasonOfRefusal(failure, reportVoice('en'), 'page'),
            },
          },
        }),
    ...(outcome === undefined ? {} : { outcome: { ...outcome, items: outcome.items.map(calibratedRow) } }),
  };
}
