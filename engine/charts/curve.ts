/** Curves as SVG text: one drawing for reports and screens. */
import { element, escapeXml, letters, picture, title } from './svg.ts';

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  readonly dashed?: boolean;
}
export interface Mark {
  readonly x: number;
  readonly name: string;
}
/** A dot, with a bar from low to high where both are given; drawn in the colour of line number `line`. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
  readonly line?: number;
  /** Radius; default 3.5. */ readonly size?: number;
  readonly name?: string;
}
/** A tinted strip between two heights: where values are as they should be. */
export interface Band {
  readonly from: number;
  readonly to: number;
}
export interface CurveChart {
  readonly title: string;
  /** What the picture says, for those who do not see it. */
  readonly description: string;
  readonly x: { readonly label: string; readonly from: number; readonly to: number };
  readonly y: { readonly label: string; readonly from: number; readonly to: number };
  readonly lines: readonly Line[];
  readonly marks?: readonly Mark[];
  readonly points?: readonly Point[];
  readonly bands?: readonly Band[];
  /** For many side by side: the same letters in half the width. */
  readonly compact?: boolean;
}

const sizeOf = (compact: boolean | undefined): readonly [number, number] =>
  compact === true ? [360, 240] : [640, 320];
const margin = { left: 56, right: 16, top: 16, bottom: 44 };
const colours = ['#0b5c6b', '#b3541e', '#5b4a9e', '#3f7a33', '#8a2f55', '#555555'];

const number = (x: number): string => String(Math.round(x * 100) / 100);

/** Whole steps that give about five ticks. */
function ticks(from: number, to: number): number[] {
  const raw = (to - from) / 5;
  const step = [0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100].find((candidate) => candidate >= raw) ?? raw;
  const list: number[] = [];
  for (let tick = Math.ceil(from / step - 1e-9) * step; tick <= to + 1e-9; tick += step)
    list.push(Math.round(tick * 1000) / 1000);
  return list;
}

const colourOf = (line: number): string => colours[line % colours.length];
const dashes = '6 4';

/** A stroke and a name for each line, in rows under a chart of this size; `height` is that of the rows. */
function legendOf(
  lines: readonly Line[],
  width: number,
  height: number,
): { readonly svg: string; readonly height: number } {
  let [left, top] = [margin.left, height + 12];
  const names = lines.map(({ name, dashed }, n) => {
    // About seven units a character.
    const length = 44 + 7 * name.length;
    if (left > margin.left && left + length > width) {
      left = margin.left;
      top += 18;
    }
    const at = left;
    left += length;
    const stroke = element('line', {
      x1: at,
      y1: top - 4,
      x2: at + 22,
      y2: top - 4,
      stroke: colourOf(n),
      'stroke-width': 2.5,
      'stroke-dasharray': dashed === true ? dashes : undefined,
    });
    const { fill, ...font } = letters;
    return stroke + element('text', { x: at + 28, y: top, ...font, 'font-size': 12, fill }, escapeXml(name));
  });
  return { svg: names.join(''), height: top + 10 - height };
}

/** Where values stand on the picture. */
interface Axes {
  readonly atX: (value: number) => number;
  readonly atY: (value: number) => number;
  /** A value beyond the axis stands at its end. */ readonly within: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function axesOf({ x, y }: CurveChart, width: number, height: number): Axes {
  const atX = (value: number): number =>
    margin.left + ((value - x.from) / (x.to - x.from)) * (width - margin.left - margin.right);
  const atY = (value: number): number =>
    height - margin.bottom - ((value - y.from) / (y.to - y.from)) * (height - margin.top - margin.bottom);
  return {
    atX,
    atY,
    within: (value) => Math.min(y.to, Math.max(y.from, value)),
    left: atX(x.from),
    right: atX(x.to),
    top: atY(y.to),
    bottom: atY(y.from),
  };
}

function text(left: number, top: number, anchor: string, content: string): string {
  const { fill, ...font } = letters;
  return element(
    'text',
    { x: number(left), y: number(top), 'text-anchor': anchor, ...font, 'font-size': 12, fill },
    escapeXml(content),
  );
}

const rule = (x1: number, y1: number, x2: number, y2: number, stroke: string, dash?: string, width?: number): string =>
  element('line', {
    x1: number(x1),
    y1: number(y1),
    x2: number(x2),
    y2: number(y2),
    stroke,
    'stroke-dasharray': dash,
    'stroke-width': width,
  });

const gridOf = ({ x, y }: CurveChart, { atX, atY, left, right, top, bottom }: Axes): string[] => [
  ...ticks(x.from, x.to).map(
    (tick) => rule(atX(tick), top, atX(tick), bottom, '#e3e3e3') + text(atX(tick), bottom + 16, 'middle', String(tick)),
  ),
  ...ticks(y.from, y.to).map(
    (tick) => rule(left, atY(tick), right, atY(tick), '#e3e3e3') + text(left - 8, atY(tick) + 4, 'end', String(tick)),
  ),
];

const markOf = ({ x, name }: Mark, { atX, top, bottom }: Axes): string =>
  rule(atX(x), top, atX(x), bottom, '#333333', '4 4') + text(atX(x) + 4, top + 12, 'start', name);

const bandOf = ({ from, to }: Band, { atY, within, left, right }: Axes): string =>
  element('rect', {
    x: number(left),
    y: number(atY(within(to))),
    width: number(right - left),
    height: number(atY(within(from)) - atY(within(to))),
    fill: '#e6f1ec',
  });

const lineOf = (line: Line, n: number, { atX, atY, within }: Axes): string =>
  element(
    'polyline',
    {
      fill: 'none',
      stroke: colourOf(n),
      'stroke-width': 2.5,
      'stroke-dasharray': line.dashed === true ? dashes : undefined,
      points: line.points.map(([a, b]) => `${number(atX(a))},${number(atY(within(b)))}`).join(' '),
    },
    title(line.name),
  );

function pointOf({ x, y, low, high, line = 0, size = 3.5, name }: Point, { atX, atY, within }: Axes): string {
  const bar =
    low === undefined || high === undefined
      ? ''
      : rule(atX(x), atY(within(low)), atX(x), atY(within(high)), colourOf(line), undefined, 1.2);
  const dot = {
    cx: number(atX(x)),
    cy: number(atY(within(y))),
    r: number(size),
    fill: colourOf(line),
    'fill-opacity': 0.75,
  };
  return bar + element('circle', dot, name === undefined ? '' : title(name));
}

export function curveChart(chart: CurveChart): string {
  const { x, y, marks = [], bands = [], points = [] } = chart;
  const [width, height] = sizeOf(chart.compact);
  const axes = axesOf(chart, width, height);
  const legend = chart.lines.length > 1 ? legendOf(chart.lines, width, height) : { svg: '', height: 0 };
  return picture(
    width,
    height + legend.height,
    chart,
    ...bands.map((band) => bandOf(band, axes)),
    ...gridOf(chart, axes),
    ...marks.map((mark) => markOf(mark, axes)),
    ...chart.lines.map((line, n) => lineOf(line, n, axes)),
    ...points.filter((point) => point.x >= x.from && point.x <= x.to).map((point) => pointOf(point, axes)),
    text((axes.left + axes.right) / 2, height - 8, 'middle', x.label),
    text(margin.left + 2, axes.top - 4, 'start', y.label),
    legend.svg,
  );
}
