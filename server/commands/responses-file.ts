/** What every command that reads a file of responses asks for, and how it reads one. */
import { basename } from 'node:path';
import type { Mark } from '../../engine/charts/curve.ts';
import { type ReadOptions, type ResponseData, streamResponses } from '../../item-bank/calibration/stream-responses.ts';
import { type ReportLanguage, type ReportVoice, reportLanguages, reportVoice } from '../../words/reports.ts';
import { choice, text } from './options.ts';
import { progressLine } from './progress.ts';
import { outOption, requireReportFolder } from './report-folder.ts';
import { UsageError } from './usage-error.ts';

export const languageOption = choice(reportLanguages, 'option.language', 'nl');
export const responsesOptions = {
  groups: text('COLUMN', 'option.groups'),
  duplicates: choice(['refuse', 'first'], 'option.duplicates', 'refuse'),
  cuts: text('NAME=θ,…', 'option.cuts'),
  language: languageOption,
  out: outOption,
};
interface Given {
  readonly groups: string | undefined;
  readonly duplicates: 'refuse' | 'first';
  readonly cuts: string | undefined;
  readonly language: ReportLanguage;
  readonly out: string | undefined;
}
export interface ResponsesRequest {
  readonly read: ReadOptions;
  readonly cuts: readonly Mark[];
  readonly say: ReportVoice;
  readonly out: string | undefined;
}

/** `A1=-1.5,B1=1.5`. */
function cutsOf(given: string): Mark[] {
  return given.split(',').map((part) => {
    const [name = '', value = ''] = part.split('=');
    if (name === '' || value === '' || !Number.isFinite(Number(value))) throw new UsageError('usage.cuts', { given });
    return { name, x: Number(value) };
  });
}

export async function responsesRequest({ groups, duplicates, cuts, language, out }: Given): Promise<ResponsesRequest> {
  await requireReportFolder(out);
  return {
    read: { duplicates, ...(groups === undefined ? {} : { groups }) },
    cuts: cuts === undefined ? [] : cutsOf(cuts),
    say: reportVoice(language),
    out,
  };
}

export async function readWithProgress(path: string, options: ReadOptions, say: ReportVoice): Promise<ResponseData> {
  const progress = progressLine();
  try {
    return await streamResponses(path, {
      ...options,
      onLines: (lines) => {
        progress.say(say('progress.lines', { file: basename(path), lines }));
      },
    });
  } finally {
    progress.end();
  }
}
