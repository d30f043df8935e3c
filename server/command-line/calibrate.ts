/** `meetlat calibrate RESPONSES.csv`: item parameters with standard errors, as a table, as JSON and as CSV. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { IrtError } from 'itemresponsetheory';
import { type Calibration, calibrate, responseMatrix } from 'itemresponsetheory/calibration';
import { ResponseFileError, readResponses } from '../../item-bank/calibration/read-responses.ts';
import { type Command, UsageError } from './command.ts';

const models = { rasch: 'rasch', '1pl': 'rasch', '2pl': '2pl' } as const;
const isModel = (name: string): name is keyof typeof models => Object.hasOwn(models, name);

const columns = ['item', 'slope', 'slopeStandardError', 'difficulty', 'difficultyStandardError', 'responses', 'proportion'] as const;

const rowsOf = (items: readonly string[], fit: Calibration) => fit.items.map((item, n) => ({ item: items[n] ?? String(n), ...item }));

/** A cell that a spreadsheet would take for a formula is made text. */
const cell = (value: string | number | undefined): string => (typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `"'${value.replaceAll('"', '""')}"` : typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value ?? ''));

const fixed = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(3)).padStart(9);

function table(items: readonly string[], fit: Calibration): string[] {
  const width = Math.max(4, ...items.map((item) => item.length));
  return [`${'item'.padEnd(width)}    slope       SE difficulty    SE      n     p`, ...rowsOf(items, fit).map((row) =>
    `${row.item.padEnd(width)} ${fixed(row.slope)}${fixed(row.slopeStandardError)}${fixed(row.difficulty)}${fixed(row.difficultyStandardError)} ${String(row.responses).padStart(6)} ${row.proportion.toFixed(2)}`)];
}

/** Written beside the target and renamed: Ctrl-C leaves nothing half-written. */
async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.part`), text);
  await rename(join(folder, `${name}.part`), join(folder, name));
}

export const calibrateCommand: Command = {
  usage: 'calibrate RESPONSES.csv --model rasch|2pl [--out DIR]   item parameters from response data (MMLE)',
  run: async (argv) => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { model: { type: 'string', default: '2pl' }, out: { type: 'string' } } });
    const [path] = positionals;
    if (path === undefined) throw new UsageError('calibrate needs a CSV file');
    if (!isModel(values.model)) throw new UsageError(`--model ${values.model}: must be rasch or 2pl`);
    try {
      const responses = await readResponses(path);
      const progress = process.stderr.isTTY;
      const fit = calibrate(responseMatrix(responses.rows), {
        model: models[values.model],
        onCycle: (cycle, logLikelihood, change) => { if (progress) process.stderr.write(`\rcycle ${cycle}  log-likelihood ${logLikelihood.toFixed(4)}  largest change ${change.toExponential(2)}   `); },
      });
      if (progress) process.stderr.write('\n');
      console.log(table(responses.items, fit).join('\n'));
      console.log(`\n${fit.model}, ${responses.rows.length} persons, ${fit.cycles} cycles, log-likelihood ${fit.logLikelihood.toFixed(4)}, variance ${fit.variance.toFixed(4)}, ${fit.converged ? 'converged' : `NOT CONVERGED (largest change ${fit.largestChange.toExponential(2)}): more data, or the Rasch model, may help`}`);
      if (values.out !== undefined) {
        const rows = rowsOf(responses.items, fit);
        await writeWhole(values.out, 'calibration.json', `${JSON.stringify({ ...fit, items: rows }, null, 2)}\n`);
        await writeWhole(values.out, 'items.csv', [columns.join(','), ...rows.map((row) => columns.map((name) => cell(row[name])).join(','))].join('\n'));
        console.log(`written to ${values.out}: calibration.json, items.csv`);
      }
      return fit.converged ? 0 : 1;
    } catch (error) {
      if (error instanceof ResponseFileError || error instanceof IrtError) throw new UsageError(error.message);
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new UsageError(`${path}: no such file`);
      throw error;
    }
  },
};
