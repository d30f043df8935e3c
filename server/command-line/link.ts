/** `meetlat link NEW OLD`: the parameters of a new calibration on an old scale, by the items that both have. */
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ItemSpec } from 'itemresponsetheory';
import { isLinkMethod, linkForms, linkMethods, locationOf } from '../../item-bank/calibration/anchor-link.ts';
import { csv } from '../../item-bank/calibration/csv.ts';
import { readParameters } from '../../item-bank/calibration/parameter-file.ts';
import { now } from '../compose.ts';
import { type Command, UsageError } from './command.ts';
import { linkPage } from './link-report.ts';
import { requireReportFolder, writeReport } from './report-files.ts';
import { asUsage } from './report-outcome.ts';
import { isReportLanguage, reportTexts } from '../reports/report-page.ts';

/** With its folder: every calibration has a file of the same name. */
const named = (path: string): string => join(basename(dirname(resolve(path))), basename(path));

const slopeOf = (spec: ItemSpec): number | undefined => (spec.model === 'nominal' ? undefined : spec.slope ?? 1);

export const linkCommand: Command = {
  usage: `link NEW OLD [--method ${linkMethods.join('|')}] [--language nl|en] [--out DIR]   parameters of NEW on the scale of OLD, by their common items; each calibration.json, a release or a CSV of item, slope, difficulty`,
  run: async (argv) => {
    const { values: { method, language, out }, positionals: [fresh, known] } = parseArgs({ args: [...argv], allowPositionals: true, options: { method: { type: 'string', default: 'stocking-lord' }, language: { type: 'string', default: 'nl' }, out: { type: 'string' } } });
    if (fresh === undefined || known === undefined) throw new UsageError('link needs two files of parameters: the new one, then the old one');
    if (!isLinkMethod(method)) throw new UsageError(`--method ${method}: must be ${linkMethods.join(', ')}`);
    if (!isReportLanguage(language)) throw new UsageError(`--language ${language}: must be ${Object.keys(reportTexts).join(' or ')}`);
    try {
      if (out !== undefined) await requireReportFolder(out);
      const outcome = linkForms(await readParameters(fresh), await readParameters(known), method);
      const { link, methods, scores, parameters } = outcome;
      console.log(methods.map((one) => `${one.method.padEnd(14)} slope ${one.a.toFixed(4)}${one.slopeError === undefined ? '' : ` (${one.slopeError.toFixed(4)})`}  shift ${one.b.toFixed(4)}${one.shiftError === undefined ? '' : ` (${one.shiftError.toFixed(4)})`}${one.method === method ? '  <' : ''}`).join('\n'));
      for (const { item, residual, isUsed } of link.residuals) console.log(`${item}  ${residual.toFixed(3)}${isUsed ? '' : '  not used'}`);
      if (out === undefined) return 0;
      const madeAt = now();
      const files = {
        'link.json': `${JSON.stringify({ schema: 'meetlat-link-1', new: named(fresh), old: named(known), madeAt, link, methods, parameters, scores }, null, 1)}\n`,
        'items.csv': csv(['item', 'slope', 'difficulty'], parameters.map((spec) => [spec.id, slopeOf(spec), locationOf(spec)])),
        'anchors.csv': csv(['item', 'new', 'old', 'residual', 'used'], link.residuals.map(({ item, from, to, residual, isUsed }) => [item, from, to, residual, isUsed ? 1 : 0])),
        'scores.csv': csv(['score', 'theta', 'equivalent'], scores.map(({ score, theta, equivalent }) => [score, theta, equivalent])),
        'report.html': linkPage(outcome, { fresh: named(fresh), known: named(known), madeAt: madeAt.slice(0, 10), language }),
      };
      await writeReport(out, files);
      console.log(`${out}: ${Object.keys(files).join(', ')}`);
      return 0;
    } catch (error) { throw asUsage(error, language); }
  },
};
