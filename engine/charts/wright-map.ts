/** The Wright map: persons on the left, item steps on the right of one logit scale. */
import type { ItemParameters } from 'itemresponsetheory';
import type { Mark } from './curve.ts';
import { element, escapeXml, letters, picture, title } from './svg.ts';

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

/** Readable across lines: its letters have a white edge. */
function text(x: number, y: number, anchor: string, size: number, content: string): string {
  const { fill, ...font } = letters;
  const edge = { stroke: '#ffffff', 'stroke-width': 3, 'paint-order': 'stroke' };
  return element(
    'text',
    { x, y, 'text-anchor': anchor, ...font, 'font-size': size, fill, ...edge },
    escapeXml(content),
  );
}

const across = (y: number, stroke: string, dash?: string): string =>
  element('line', { x1: 40, y1: y, x2: width - 8, y2: y, stroke, 'stroke-dasharray': dash });

/** Nominal items have no locations: leave them out of the bank. */
export function wrightMap(bank: ItemParameters, thetas: readonly number[], chart: WrightMap): string {
  const { from = -4, to = 4, marks = [] } = chart;
  const y = (value: number): number =>
    Math.round(10 * (height - bottom - ((value - from) / (to - from)) * (height - top - bottom))) / 10;
  const persons = binned(thetas, (theta) => theta, from, to);
  const items = binned(stepsOf(bank), ({ at }) => at, from, to);
  const most = Math.max(1, ...[...persons.values()].map((list) => list.length));
  const bar = Math.max(2, Math.round((binWidth / (to - from)) * (height - top - bottom)) - 2);
  const bars = [...persons].map(([at, list]) => {
    const length = Math.round((list.length / most) * (middle - 70));
    const place = { x: middle - 8 - length, y: y(at) - bar / 2, width: length, height: bar };
    return element('rect', { ...place, fill: '#0b5c6b' }, title(String(list.length)));
  });
  const names = [...items].map(([at, list]) => {
    const shown = list
      .slice(0, 6)
      .map(({ name }) => name)
      .join(' ');
    return text(middle + 12, y(at) + 4, 'start', 10, list.length > 6 ? `${shown} +${list.length - 6}` : shown);
  });
  const ticks = Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, n) => Math.ceil(from) + n).map(
    (tick) => text(34, y(tick) + 4, 'end', 11, String(tick)) + across(y(tick), '#e3e3e3'),
  );
  const cuts = marks.map(
    (mark) => across(y(mark.x), '#333333', '4 4') + text(width - 12, y(mark.x) - 4, 'end', 11, mark.name),
  );
  return picture(
    width,
    height,
    chart,
    ...ticks,
    ...cuts,
    ...bars,
    element('line', { x1: middle, y1: top, x2: middle, y2: height - bottom, stroke: '#333333' }),
    ...names,
    text(middle - 12, 20, 'end', 12, `${chart.persons} (${thetas.length})`),
    text(middle + 12, 20, 'start', 12, `${chart.items} (${bank.size})`),
  );
}
