/** The root of an estimating equation that belongs to the highest point of its objective: scan, bracket, safeguarded Newton. */
export interface EquationAt {
  /** Falls through zero at a mode. */
  readonly value: number;
  /** Positive; Newton's slope is −information. */
  readonly information: number;
  readonly objective: number;
}

export interface Root { readonly theta: number; readonly converged: boolean; readonly atBound?: 'lower' | 'upper' }

interface Candidate { readonly height: number; readonly low: number; readonly high: number; readonly atBound?: 'lower' | 'upper' }

/** Among all falls through zero on the scan, and the bounds towards which the equation points, the highest. */
function highest(equation: (theta: number) => EquationAt, lower: number, upper: number, steps: number): Candidate | undefined {
  let before = equation(lower);
  let low = lower;
  let best: Candidate | undefined = before.value < 0 ? { height: before.objective, low: lower, high: lower, atBound: 'lower' } : undefined;
  for (let q = 1; q <= steps; q += 1) {
    const high = lower + ((upper - lower) * q) / steps;
    const here = equation(high);
    if (before.value >= 0 && here.value < 0) {
      const height = Math.max(before.objective, here.objective);
      if (best === undefined || height > best.height) best = { height, low, high };
    }
    before = here;
    low = high;
  }
  return before.value > 0 && (best === undefined || before.objective > best.height) ? { height: before.objective, low: upper, high: upper, atBound: 'upper' } : best;
}

/** Newton with expected information as slope; bisection whenever a step leaves the bracket. Stops at |step| < 1e-13. */
function polish(equation: (theta: number) => EquationAt, bracket: Candidate): Root {
  let { low, high } = bracket;
  let theta = (low + high) / 2;
  for (let step = 0; step < 200; step += 1) {
    const { value, information } = equation(theta);
    if (value === 0) return { theta, converged: true };
    if (value > 0) low = theta; else high = theta;
    const newton = theta + value / information;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - theta) < 1e-13 * Math.max(1, Math.abs(theta)) || high - low < 1e-14) return { theta: next, converged: true };
    theta = next;
  }
  return { theta: (low + high) / 2, converged: high - low < 1e-9 };
}

/** `steps`: intervals of the scan; no two modes may lie in one of them. A flat equation is not converged. */
export function findRoot(equation: (theta: number) => EquationAt, lower: number, upper: number, steps: number): Root {
  const best = highest(equation, lower, upper, steps);
  if (best === undefined) return { theta: (lower + upper) / 2, converged: false };
  return best.atBound === undefined ? polish(equation, best) : { theta: best.low, converged: true, atBound: best.atBound };
}
