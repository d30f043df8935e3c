/** The Wright map: persons on the left, item steps on the right of one logit scale. */
import type { ItemParameters } from 'itemresponsetheory';
import { escapeXml, type Mark } from './curve.ts';

export interface WrightMap {
  readonly title: string;
  /** What the picture says, for those who do not see it. */
  readonly description: string;
  readonly persons: string;
  readonly items: string;
  /** Logits; values outside are drawn at the edge. Default [−4, 4]. */
  readonly from?: number;
  readonly to?: number;
  readonly marks?: readonly Mark[];
}

const [width, height, top, bottom] = [640, 480, 40, 16];
const middle = 280;
/** Bins of a quarter of a logit. */
const binWidth = 0.25;

/** Location of every step of every item: difficulty, or each threshold. */
function stepsOf(bank: ItemParameters): { readonly name: string; readonly at: number }[] {
  return bank.id.flatMap((id, item) => {
    const [start, end] = [bank.stepStart[item], bank.stepStart[item + 1]];
    return Array.from(bank.step.slice(start, end), (at, k) => ({ name: end - start > 1 ? `${id}.${k + 1}` : id, at }));
  });
}

function binned<T>(values: readonly T[], at: (value: T) => number, from: number, to: number): Map<number, T[]> {
  const bins = new Map<number, T[]>();
  for (const value of values) {
    const bin = Math.round(Math.min(to, Math.max(from, at(value))) / binWidth) * binWidth;
    const list = bins.get(bin);
    if (list === undefined) bins.set(bin, [value]);
    else list.push(value);
  }
  return bins;
}

/** Nominal items have no locations: leave them out of the bank. */
export function wrightMap(bank: ItemParameters, thetas: readonly number[], chart: WrightMap): string {
  const { from = -4, to = 4, marks = [] } = chart;
  const y = (value: number): number =>
    Math.round(10 * (height - bottom - ((value - from) / (to - from)) * (height - top - bottom))) / 10;
  const text = (x: number, at: number, anchor: string, size: number, content: string): string =>
    `<text x="${x}" y="${at}" text-anchor="${anchor}" font-family="system-ui, sans-serif" font-size="${size}" fill="#333333" stroke="#ffffff" stroke-width="3" paint-order="stroke">${escapeXml(content)}</text>`;
  const persons = binned(thetas, (theta) => theta, from, to);
  const items = binned(stepsOf(bank), ({ at }) => at, from, to);
  const most = Math.max(1, ...[...persons.values()].map((list) => list.length), 1);
  const bar = Math.max(2, Math.round((binWidth / (to - from)) * (height - top - bottom)) - 2);
  const bars = [...persons].map(([at, list]) => {
    const length = Math.round((list.length / most) * (middle - 70));
    return `<rect x="${middle - 8 - length}" y="${y(at) - bar / 2}" width="${length}" height="${bar}" fill="#0b5c6b"><title>${list.length}</title></rect>`;
  });
  const names = [...items].map(([at, list]) => {
    const shown = list
      .slice(0, 6)
      .map(({ name }) => name)
      .join(' ');
    return text(middle + 12, y(at) + 4, 'start', 10, list.length > 6 ? `${shown} +${list.length - 6}` : shown);
  });
  const ticks = Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, n) => Math.ceil(from) + n).map(
    (tick) =>
      text(34, y(tick) + 4, 'end', 11, String(tick)) +
      `<line x1="40" y1="${y(tick)}" x2="${width - 8}" y2="${y(tick)}" stroke="#e3e3e3"/>`,
  );
  const cuts = marks.map(
    (mark) =>
      `<line x1="40" y1="${y(mark.x)}" x2="${width - 8}" y2="${y(mark.x)}" stroke="#333333" stroke-dasharray="4 4"/>` +
      text(width - 12, y(mark.x) - 4, 'end', 11, mark.name),
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" role="img"><title>${escapeXml(chart.title)}</title><desc>${escapeXml(chart.description)}</desc>` +
    `<rect width="${width}" height="${height}" fill="#ffffff"/>${ticks.join('')}${cuts.join('')}${bars.join('')}<line x1="${middle}" y1="${top}" x2="${middle}" y2="${height - bottom}" stroke="#333333"/>${names.join('')}` +
    `${text(middle - 12, 20, 'end', 12, `${chart.persons} (${thetas.length})`)}${text(middle + 12, 20, 'start', 12, `${chart.items} (${bank.size})`)}</svg>`
  );
}
