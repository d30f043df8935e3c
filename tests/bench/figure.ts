/**
 * A figure of a bench: a line that a person reads, or with `--json` one object a line, `{name, value, unit, bar, holds,
 * peer, ratio}`. Nothing is asserted: a bar that is not reached is told.
 */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** True for times and sizes. */
  readonly isBetterLow: boolean;
  /** At most (or, where high is better, at least) this much. */
  readonly bar?: number;
  /** What another program needs for the same, in the same unit. */
  readonly peer?: { readonly name: string; readonly value: number };
  /** What belongs to it, for a person only. */
  readonly more?: string;
}

const isJson = process.argv.includes('--json');

/** What was asked for besides `--json`. */
export const operands: readonly string[] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const rounded = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 4 });

/** How many times better than the peer: above 1 is better, whichever way the unit runs. */
const ratioOf = ({ value, isBetterLow, peer }: Figure): number | null =>
  peer === undefined ? null : isBetterLow ? peer.value / value : value / peer.value;

const holdsBar = ({ value, isBetterLow, bar }: Figure): boolean | null =>
  bar === undefined ? null : isBetterLow ? value <= bar : value >= bar;

export function figure(one: Figure): void {
  const { name, value, unit, bar, peer, more } = one;
  const [ratio, holds] = [ratioOf(one), holdsBar(one)];
  if (isJson) {
    console.log(JSON.stringify({ name, value, unit, bar: bar ?? null, holds, peer: peer ?? null, ratio }));
    return;
  }
  const parts = [
    `${name.padEnd(44)} ${rounded(value)} ${unit}`,
    ...(peer === undefined ? [] : [`${peer.name} ${rounded(peer.value)} (${rounded(ratio ?? NaN)} ×)`]),
    ...(bar === undefined ? [] : [`bar ${rounded(bar)}${holds === true ? '' : ': NOT REACHED'}`]),
    ...(more === undefined ? [] : [more]),
  ];
  console.log(parts.join('   '));
}

/** For a person only. */
export const remark = (text: string): void => {
  if (!isJson) console.log(text);
};

/** The middle one of an odd number of times. */
export const median = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
