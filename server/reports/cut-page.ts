/** The report of a cut score: the cut with its error, the judges beside one another, how it came about over rounds. */
import type { AngoffResult, JudgeMeasure, RoundSummary, impactOf } from 'itemresponsetheory/standard-setting';
import { escapeXml } from '../../engine/charts/svg.ts';
import type { ReportVoice } from '../../words/reports.ts';
import { fixed } from './numbers.ts';
import { list, page, paragraph, section, table } from './page.ts';

export interface ReportedCut {
  readonly method: 'angoff' | 'bookmark' | 'contrasting-groups' | 'borderline-regression';
  readonly cut: number;
  readonly standardError: number;
  /** By what a new session would have anew, where the method tells. */
  readonly standardErrors?: AngoffResult['standardErrors'];
  readonly judges: readonly {
    readonly judge: string;
    readonly cut: number;
    readonly agreement?: number;
    readonly measure?: JudgeMeasure;
  }[];
  readonly rounds: readonly (RoundSummary & { readonly round: string })[];
  /** The share of a population above the cut. */
  readonly impact?: ReturnType<typeof impactOf>;
}

/** The cut, and what it does, in sentences. */
export function cutSentences({ method, cut, standardError, impact }: ReportedCut, say: ReportVoice): string[] {
  const sentence = say('standard-setting.cut', {
    method: say(`standard-setting.methods.${method}`),
    cut: fixed(cut, 3),
    error: fixed(standardError, 3),
    low: fixed(cut - 1.96 * standardError),
    high: fixed(cut + 1.96 * standardError),
  });
  if (impact === undefined) return [sentence];
  const [share, low, high] = [impact.share, impact.low, impact.high].map((one) => fixed(100 * one, 1));
  return [sentence, say('standard-setting.impact', { share: share ?? '', low: low ?? '', high: high ?? '' })];
}

/** For the terminal: the judges, then the rounds. */
export const cutLines = ({ judges, rounds }: ReportedCut, say: ReportVoice): string[] => [
  ...judges.map(
    ({ judge, cut, agreement }) =>
      `${judge.padEnd(16)} ${fixed(cut, 3)}${agreement === undefined ? '' : `  r ${fixed(agreement)}`}`,
  ),
  ...rounds.map(({ round, cut, spread, change }) =>
    say('standard-setting.roundLine', {
      round,
      cut: fixed(cut, 3),
      spread: fixed(spread, 3),
      change: fixed(change?.mean, 3),
      error: fixed(change?.standardError, 3),
    }),
  ),
];

function judgesSection({ judges }: ReportedCut, say: ReportVoice): string {
  if (judges.length === 0) return '';
  const head = [
    say('standard-setting.judge'),
    say('standard-setting.own'),
    say('standard-setting.agreement'),
    say('standard-setting.demand'),
    say('report.se'),
    say('report.infit'),
    say('report.outfit'),
  ];
  const rows = judges.map(({ judge, cut, agreement, measure }) => [
    escapeXml(judge),
    fixed(cut, 3),
    fixed(agreement),
    fixed(measure?.demand),
    fixed(measure?.standardError),
    fixed(measure?.infit),
    fixed(measure?.outfit),
  ]);
  const isMeasured = judges.some(({ measure }) => measure !== undefined);
  return section(
    say('standard-setting.judges'),
    table(head, rows, 'items') + (isMeasured ? paragraph(say('standard-setting.demandText')) : ''),
  );
}

function errorsTable({ standardErrors: errors }: ReportedCut, say: ReportVoice): string {
  if (errors === undefined) return '';
  const rows = [
    [say('standard-setting.sameJudges'), errors.sameJudges, '√(I·σ²res / J)'],
    [say('standard-setting.otherJudges'), errors.otherJudges, '√(I²·σ²judge / J + I·σ²res / J)'],
    [say('standard-setting.otherItems'), errors.otherJudgesAndItems, '√(… + I·σ²item)'],
  ] as const;
  return table(
    say.each('standard-setting.drawnAnew', 'report.se', 'standard-setting.formula'),
    rows.map(([what, error, formula]) => [escapeXml(what), fixed(error, 3), formula]),
    'narrow',
  );
}

function roundsSection({ rounds }: ReportedCut, say: ReportVoice): string {
  if (rounds.length === 0) return '';
  const head = say.each(
    'standard-setting.round',
    'standard-setting.theCut',
    'standard-setting.spread',
    'standard-setting.change',
    'report.se',
  );
  const rows = rounds.map(({ round, cut, spread, change }) => [
    escapeXml(round),
    fixed(cut, 3),
    fixed(spread, 3),
    fixed(change?.mean, 3),
    fixed(change?.standardError, 3),
  ]);
  return section(
    say('standard-setting.rounds'),
    table(head, rows, 'narrow') + paragraph(say('standard-setting.roundsText')),
  );
}

export function cutPage(cut: ReportedCut, file: string, madeAt: string, say: ReportVoice): string {
  return page(
    say('standard-setting.title', { file }),
    madeAt.slice(0, 10),
    say,
    section(say('standard-setting.result'), cutSentences(cut, say).map(paragraph).join('') + errorsTable(cut, say)) +
      roundsSection(cut, say) +
      judgesSection(cut, say) +
      section(
        say('report.methodTitle'),
        list([say(`standard-setting.explained.${cut.method}`), say('standard-setting.person')]),
      ),
  );
}
