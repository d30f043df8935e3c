/**
 * Options of a command. One entry holds what an option is called, how its value is read and refused, and the key of its
 * explanation: an option that is not explained does not compile.
 */
import { parseArgs } from 'node:util';
import type { CommandKey } from '../../words/commands.ts';
import { UsageError } from './usage-error.ts';

export interface Explained {
  readonly isFlag: boolean;
  /** What stands behind it in the help: FILE, nl|en. Empty for a flag. */
  readonly shape: string;
  /** What counts where it is not given. */
  readonly standard?: string;
  readonly says: CommandKey;
}
export interface AnyOption extends Explained {
  readonly name: string;
}
export interface Option<T> extends Explained {
  /** Throws UsageError, which names the option, for a value that it does not know. */
  read(text: string | undefined, name: string): T;
}
export type OptionTable<V> = { readonly [N in keyof V]: Option<V[N]> };
/** What a table reads. */
export type ValuesOf<O> = { readonly [N in keyof O]: O[N] extends Option<infer T> ? T : never };

export const flag = (says: CommandKey): Option<boolean> => ({
  isFlag: true,
  shape: '',
  says,
  read: (text) => text !== undefined,
});

export function text(shape: string, says: CommandKey): Option<string | undefined>;
export function text(shape: string, says: CommandKey, standard: string): Option<string>;
export function text(shape: string, says: CommandKey, standard?: string): Option<string | undefined> {
  const option = { isFlag: false, shape, says, read: (given: string | undefined) => given ?? standard };
  return standard === undefined ? option : { ...option, standard };
}

export function choice<const T extends string>(of: readonly T[], says: CommandKey): Option<T | undefined>;
export function choice<const T extends string>(of: readonly T[], says: CommandKey, standard: T): Option<T>;
export function choice<const T extends string>(
  of: readonly T[],
  says: CommandKey,
  standard?: T,
): Option<T | undefined> {
  const read = (given: string | undefined, name: string): T | undefined => {
    if (given === undefined) return standard;
    const found = of.find((one) => one === given);
    if (found === undefined) throw new UsageError('usage.choice', { name, given, choices: of.join(', ') });
    return found;
  };
  const option = { isFlag: false, shape: of.join('|'), says, read };
  return standard === undefined ? option : { ...option, standard };
}

export interface Range {
  readonly isWhole?: boolean;
  /** The lowest allowed; without it the number must be above 0. */
  readonly least?: number;
  readonly most?: number;
  /** The number must be lower than this. */
  readonly below?: number;
}

/** `4`, `0.25`, `-1`; nothing that JavaScript takes for a number besides (`0x10`, an empty text). */
const isNumber = /^-?\d+(\.\d+)?(e-?\d+)?$/i;

function numberIn({ isWhole = false, least, most, below }: Range, given: string, name: string): number {
  const value = isNumber.test(given) ? Number(given) : NaN;
  const isHighEnough = least === undefined ? value > 0 : value >= least;
  const isLowEnough = value <= (most ?? Number.MAX_SAFE_INTEGER) && value < (below ?? Infinity);
  if (isHighEnough && isLowEnough && (!isWhole || Number.isInteger(value))) return value;
  if (isWhole) {
    const values = { name, given, least: least ?? 1 };
    throw most === undefined
      ? new UsageError('usage.whole', values)
      : new UsageError('usage.whole-to', { ...values, most });
  }
  if (below !== undefined) throw new UsageError('usage.number-between', { name, given, above: least ?? 0, below });
  if (most !== undefined) throw new UsageError('usage.number-to', { name, given, above: 0, most });
  throw least === undefined
    ? new UsageError('usage.number', { name, given, above: 0 })
    : new UsageError('usage.number-from', { name, given, least });
}

export function number(shape: string, says: CommandKey, range: Range): Option<number | undefined>;
export function number(shape: string, says: CommandKey, range: Range, standard: number): Option<number>;
export function number(shape: string, says: CommandKey, range: Range, standard?: number): Option<number | undefined> {
  const read = (given: string | undefined, name: string): number | undefined =>
    given === undefined ? standard : numberIn(range, given, name);
  const option = { isFlag: false, shape, says, read };
  return standard === undefined ? option : { ...option, standard: String(standard) };
}

/** The options in the order of their table. */
export function explained<V>(options: OptionTable<V>): readonly AnyOption[] {
  const list: AnyOption[] = [];
  for (const name in options) list.push({ ...options[name], name });
  return list;
}

/** Values as written, by the option's name. Throws UsageError for what no option of the table is. */
function given(command: string, options: ReadonlyMap<string, Explained>, argv: readonly string[]) {
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      [...options].map(([name, { isFlag }]) => [name, { type: isFlag ? 'boolean' : 'string' }]),
    ),
  });
  const values = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = options.get(name);
    if (option === undefined) throw new UsageError('usage.unknown-option', { command, option: rawName });
    if (option.isFlag && value !== undefined) throw new UsageError('usage.flag-with-value', { name });
    if (!option.isFlag && (value === undefined || (inlineValue !== true && /^-./.test(value))))
      throw new UsageError('usage.no-value', { name, shape: option.shape });
    values.set(name, value ?? '');
  }
  return { values, operands: positionals };
}

function isComplete<V>(values: Partial<V>, options: OptionTable<V>): values is V {
  return Object.keys(options).every((name) => Object.hasOwn(values, name));
}

export function readOptions<V>(
  command: string,
  options: OptionTable<V>,
  argv: readonly string[],
): { readonly values: V; readonly operands: readonly string[] } {
  const written = given(command, new Map(explained(options).map((option) => [option.name, option])), argv);
  const values: Partial<V> = {};
  for (const name in options) values[name] = options[name].read(written.values.get(name), name);
  if (!isComplete(values, options)) throw new Error(`${command}: an option was not read`);
  return { values, operands: written.operands };
}
