/** Arithmetic with 60 decimals for the tests of our own functions. */
export const scale = 10n ** 60n;
/** A double as a fixed-point number of 60 decimals, exactly enough for the ranges below. */
export function fixed(x: number): bigint {
  const [, sign, digits, exponent] =
    /^(-?)([\d.]+)e([+-]\d+)$/.exec(x.toExponential(60).replace(/^(-?\d)e/, '$1.e')) ?? [];
  const mantissa = BigInt((digits ?? '0').replace('.', ''));
  const shift = Number(exponent) - ((digits ?? '').length - 2) + 60;
  const value = shift >= 0 ? mantissa * 10n ** BigInt(shift) : mantissa / 10n ** BigInt(-shift);
  return sign === '-' ? -value : value;
}
/** e^x to 50 digits by halving the argument and Taylor. */
export const exactExp = (x: number): bigint => exactExpOf(fixed(x));
export function exactExpOf(x: bigint): bigint {
  const halvings = 40;
  const r = x / 2n ** BigInt(halvings);
  let [term, sum] = [scale, scale];
  for (let n = 1n; term !== 0n && n < 60n; n += 1n) {
    term = (term * r) / scale / n;
    sum += term;
  }
  for (let n = 0; n < halvings; n += 1) sum = (sum * sum) / scale;
  return sum;
}
