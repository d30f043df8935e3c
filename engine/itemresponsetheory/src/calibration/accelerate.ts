/**
 * SQUAREM, scheme gSqS3 (Varadhan & Roland 2008): two EM steps, an extrapolation, and back to plain EM where it does
 * not help.
 */

/** One EM step: from x to `out`; returns the objective (log-likelihood) at x. */
export type EmStep = (x: Float64Array, out: Float64Array) => number;

export interface EmResult {
  readonly x: Float64Array;
  readonly steps: number;
  /** Largest change of a parameter in the last plain EM step. */ readonly largestChange: number;
  readonly converged: boolean;
}

export interface EmOptions {
  readonly tolerance: number;
  /** So many of x, from the first on, must stand still; default all. */ readonly judged?: number;
  readonly maximumSteps: number;
  readonly onStep?: (step: number, objective: number, largestChange: number) => void;
}

const largestDifference = (a: Float64Array, b: Float64Array, count: number): number => {
  let largest = 0;
  for (let n = 0; n < count; n += 1) largest = Math.max(largest, Math.abs(a[n] - b[n]));
  return largest;
};

/** −‖r‖/‖v‖, at most −1; r = x₁ − x₀, v = (x₂ − x₁) − r. */
function stepLength(x0: Float64Array, x1: Float64Array, x2: Float64Array): number {
  let [rr, vv] = [0, 0];
  for (let n = 0; n < x0.length; n += 1) {
    const r = x1[n] - x0[n];
    const v = x2[n] - x1[n] - r;
    rr += r * r;
    vv += v * v;
  }
  return vv === 0 ? -1 : Math.min(-1, -Math.sqrt(rr / vv));
}

/** Convergence is judged on plain EM steps only, never across an extrapolation. */
export function accelerate(
  step: EmStep,
  start: Float64Array,
  { tolerance, judged = start.length, maximumSteps, onStep }: EmOptions,
): EmResult {
  let x0 = Float64Array.from(start);
  let steps = 0;
  let largestChange = Infinity;
  const [x1, x2, proposal, after] = [
    new Float64Array(start.length),
    new Float64Array(start.length),
    new Float64Array(start.length),
    new Float64Array(start.length),
  ];
  const run = (from: Float64Array, to: Float64Array): number => {
    const objective = step(from, to);
    steps += 1;
    largestChange = largestDifference(from, to, judged);
    onStep?.(steps, objective, largestChange);
    return objective;
  };
  while (steps < maximumSteps) {
    run(x0, x1);
    if (largestChange <= tolerance) return { x: Float64Array.from(x1), steps, largestChange, converged: true };
    const atX1 = run(x1, x2);
    if (largestChange <= tolerance) return { x: Float64Array.from(x2), steps, largestChange, converged: true };
    const alpha = stepLength(x0, x1, x2);
    for (let n = 0; n < x0.length; n += 1) {
      const r = x1[n] - x0[n];
      proposal[n] = x0[n] - 2 * alpha * r + alpha * alpha * (x2[n] - x1[n] - r);
    }
    const reached = run(proposal, after);
    const isBetter = reached >= atX1 && after.every(Number.isFinite);
    x0 = Float64Array.from(isBetter ? after : x2);
  }
  return { x: x0, steps, largestChange, converged: false };
}
