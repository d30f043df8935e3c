/**
 * The root of an estimating equation that belongs to the highest point of its objective: scan, bracket, Ridders'
 * method.
 */
export interface EquationAt {
  /** Falls through zero at a mode. */
  readonly value: number;
  /** Absent where the equation is not a derivative: its integral along the scan then decides between roots. */
  readonly objective?: number;
}

export interface Root {
  readonly theta: number;
  readonly converged: boolean;
  readonly atBound?: 'lower' | 'upper';
}

interface RootCandidate {
  readonly height: number;
  readonly low: number;
  readonly high: number;
  readonly atBound?: 'lower' | 'upper';
}

/** Among all falls through zero on the scan, and the bounds towards which the equation points, the highest. */
function highest(
  equation: (theta: number) => EquationAt,
  lower: number,
  upper: number,
  steps: number,
): RootCandidate | undefined {
  let before = equation(lower);
  let [low, height] = [lower, before.objective ?? 0];
  let best: RootCandidate | undefined =
    before.value < 0 ? { height, low: lower, high: lower, atBound: 'lower' } : undefined;
  for (let q = 1; q <= steps; q += 1) {
    const high = lower + ((upper - lower) * q) / steps;
    const here = equation(high);
    const reached = here.objective ?? height + ((before.value + here.value) / 2) * (high - low);
    if (before.value >= 0 && here.value < 0 && (best === undefined || Math.max(height, reached) > best.height))
      best = { height: Math.max(height, reached), low, high };
    [before, low, height] = [here, high, reached];
  }
  return before.value > 0 && (best === undefined || height > best.height)
    ? { height, low: upper, high: upper, atBound: 'upper' }
    : best;
}

/** Ridders' method (1979): quadratic convergence that never leaves the bracket. Stops at |step| < 1e-13. */
function polish(equation: (theta: number) => EquationAt, bracket: RootCandidate): Root {
  let { low, high } = bracket;
  let [above, below] = [equation(low).value, equation(high).value];
  let theta = NaN;
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    const half = equation(middle).value;
    const next = half === 0 ? middle : middle + ((middle - low) * half) / Math.sqrt(half * half - above * below);
    const { value } = equation(next);
    if (value === 0 || Math.abs(next - theta) < 1e-13 * Math.max(1, Math.abs(next)))
      return { theta: next, converged: true };
    theta = next;
    if (half > 0) {
      low = middle;
      above = half;
    } else {
      high = middle;
      below = half;
    }
    if (value > 0 && next > low) {
      low = next;
      above = value;
    }
    if (value < 0 && next < high) {
      high = next;
      below = value;
    }
    if (high - low < 1e-14) return { theta, converged: true };
  }
  return { theta, converged: false };
}

/** `steps`: intervals of the scan; no two modes may lie in one of them. A flat equation is not converged. */
export function findRoot(equation: (theta: number) => EquationAt, lower: number, upper: number, steps: number): Root {
  const best = highest(equation, lower, upper, steps);
  if (best === undefined) return { theta: (lower + upper) / 2, converged: false };
  return best.atBound === undefined
    ? polish(equation, best)
    : { theta: best.low, converged: true, atBound: best.atBound };
}
