/**
 * Curves as SVG text: one drawing for reports and screens. Presentation attributes only, because the pages allow no
 * inline style.
 */
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

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
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

/** A stroke and a name for each line, side by side under the picture; about seven units a character. */
/** Rows of names under a chart of this width; `height` is where it ends. */
function legendOf(
  lines: readonly Line[],
  width: number,
  height: number,
): { readonly svg: string; readonly height: number } {
  let [left, top] = [margin.left, height + 12];
  const names = lines.map(({ name, dashed }, n) => {
    const length = 44 + 7 * name.length;
    if (left > margin.left && left + length > width) {
      left = margin.left;
      top += 18;
    }
    const at = left;
    left += length;
    return `<line x1="${at}" y1="${top - 4}" x2="${at + 22}" y2="${top - 4}" stroke="${colours[n % colours.length]}" stroke-width="2.5"${dashed === true ? ' stroke-dasharray="6 4"' : ''}/><text x="${at + 28}" y="${top}" font-family="system-ui, sans-serif" font-size="12" fill="#333333">${escapeXml(name)}</text>`;
  });
  return { svg: names.join(''), height: top + 10 - height };
}

export function curveChart(chart: CurveChart): string {
  const { x, y } = chart;
  const [width, height] = sizeOf(chart.compact);
  const atX = (value: number): number =>
    margin.left + ((value - x.from) / (x.to - x.from)) * (width - margin.left - margin.right);
  const atY = (value: number): number =>
    height - margin.bottom - ((value - y.from) / (y.to - y.from)) * (height - margin.top - margin.bottom);
  const text = (left: number, top: number, anchor: string, content: string): string =>
    `<text x="${number(left)}" y="${number(top)}" text-anchor="${anchor}" font-family="system-ui, sans-serif" font-size="12" fill="#333333">${escapeXml(content)}</text>`;
  const rule = (x1: number, y1: number, x2: number, y2: number, colour: string, dash = ''): string =>
    `<line x1="${number(x1)}" y1="${number(y1)}" x2="${number(x2)}" y2="${number(y2)}" stroke="${colour}"${dash}/>`;
  const [left, right, top, bottom] = [atX(x.from), atX(x.to), atY(y.to), atY(y.from)];
  const grid = [
    ...ticks(x.from, x.to).map(
      (tick) =>
        rule(atX(tick), top, atX(tick), bottom, '#e3e3e3') + text(atX(tick), bottom + 16, 'middle', String(tick)),
    ),
    ...ticks(y.from, y.to).map(
      (tick) => rule(left, atY(tick), right, atY(tick), '#e3e3e3') + text(left - 8, atY(tick) + 4, 'end', String(tick)),
    ),
  ];
  const marks = (chart.marks ?? []).map(
    (mark) =>
      rule(atX(mark.x), top, atX(mark.x), bottom, '#333333', ' stroke-dasharray="4 4"') +
      text(atX(mark.x) + 4, top + 12, 'start', mark.name),
  );
  const lines = chart.lines.map(
    (line, n) =>
      `<polyline fill="none" stroke="${colours[n % colours.length]}" stroke-width="2.5"${line.dashed === true ? ' stroke-dasharray="6 4"' : ''} points="${line.points.map(([a, b]) => `${number(atX(a))},${number(atY(Math.min(y.to, Math.max(y.from, b))))}`).join(' ')}"><title>${escapeXml(line.name)}</title></polyline>`,
  );
  const within = (value: number): number => Math.min(y.to, Math.max(y.from, value));
  const bands = (chart.bands ?? []).map(
    (band) =>
      `<rect x="${number(left)}" y="${number(atY(within(band.to)))}" width="${number(right - left)}" height="${number(atY(within(band.from)) - atY(within(band.to)))}" fill="#e6f1ec"/>`,
  );
  const points = (chart.points ?? [])
    .filter((point) => point.x >= x.from && point.x <= x.to)
    .map((point) => {
      const colour = colours[(point.line ?? 0) % colours.length];
      const bar =
        point.low === undefined || point.high === undefined
          ? ''
          : rule(
              atX(point.x),
              atY(within(point.low)),
              atX(point.x),
              atY(within(point.high)),
              colour,
              ' stroke-width="1.2"',
            );
      return `${bar}<circle cx="${number(atX(point.x))}" cy="${number(atY(within(point.y)))}" r="${number(point.size ?? 3.5)}" fill="${colour}" fill-opacity="0.75">${point.name === undefined ? '' : `<title>${escapeXml(point.name)}</title>`}</circle>`;
    });
  const legend = chart.lines.length > 1 ? legendOf(chart.lines, width, height) : { svg: '', height: 0 };
  const total = height + legend.height;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${total}" role="img"><title>${escapeXml(chart.title)}</title><desc>${escapeXml(chart.description)}</desc>` +
    `<rect width="${width}" height="${total}" fill="#ffffff"/>${bands.join('')}${grid.join('')}${marks.join('')}${lines.join('')}${points.join('')}${text((left + right) / 2, height - 8, 'middle', x.label)}${text(margin.left + 2, top - 4, 'start', y.label)}${legend.svg}</svg>`
  );
}
