/**
 * Candidates of the oral test as they are and as they are rated, for the bench of ratings. Ability in listening and
 * speaking N(.3, 1.4); effects of person × task .5, person × rater .25, person × task × rater .4; twelve prompts a task
 * (SD .3), six criteria (± .3), panels of 24 raters, a new one for every 500 candidates. Severities and difficulties of
 * prompts are known with an error of .1, listening with one of .38. All in logits.
 */
import { type Rng, categoryProbabilities, createItemParameters, createRng } from 'itemresponsetheory';
import { drawFrom } from '../../engine/itemresponsetheory/src/numeric/rng.ts';
import type { RatedHearing } from 'itemresponsetheory/facets';

export interface World {
  readonly seed: string;
  readonly candidates: number;
  /** Ratings of a task: one for each criterion. */
  readonly criteriaOfTasks: readonly number[];
  readonly severitySd: number;
  readonly correlation: number;
}

export interface RatedCandidate {
  readonly listening: number;
  readonly speaking: number;
  /** As measured. */
  readonly heardListening: number;
  /** One rater hears this task: what the rater wrote, and the steps as the program believes them to be. */
  heard(task: number, rater: number): { readonly scores: readonly number[]; readonly hearing: RatedHearing };
}

export const listeningError = 0.38;
const spread = 1.4;
const mean = 0.3;
const known = 0.1;
const [panel, perPanel, prompts] = [24, 500, 12];
const criteria = [-0.3, -0.15, 0, 0.05, 0.15, 0.25];

interface Element {
  readonly is: number;
  readonly believed: number;
}
const elements = (random: Rng, count: number, sd: number): readonly Element[] =>
  Array.from({ length: count }, () => {
    const is = sd * random.normal();
    return { is, believed: is + known * random.normal() };
  });

function shuffled(random: Rng, length: number): readonly number[] {
  const order = Array.from({ length }, (_, n) => n);
  for (let n = length - 1; n > 0; n -= 1) {
    const other = random.integer(n + 1);
    [order[n], order[other]] = [order[other] ?? n, order[n] ?? other];
  }
  return order;
}

/** Raters are numbered anew for each candidate, 0…23: those of one plan hear the same as those of another. */
export function* ratedCandidates(world: World, thresholds: readonly number[]): Generator<RatedCandidate> {
  const root = createRng(world.seed);
  const difficulty = world.criteriaOfTasks.map((_, task) => elements(root.fork('prompts', task), prompts, 0.3));
  for (let n = 0; n < world.candidates; n += 1) {
    const severity = elements(root.fork('panel', Math.floor(n / perPanel)), panel, world.severitySd);
    yield candidateOf(root.fork('candidate', n), world, { difficulty, severity, thresholds });
  }
}

function candidateOf(
  random: Rng,
  { criteriaOfTasks, correlation }: World,
  about: {
    readonly difficulty: readonly (readonly Element[])[];
    readonly severity: readonly Element[];
    readonly thresholds: readonly number[];
  },
): RatedCandidate {
  const common = random.normal();
  const speaking = mean + spread * common;
  const listening = mean + spread * (correlation * common + Math.sqrt(1 - correlation * correlation) * random.normal());
  const ofTask = criteriaOfTasks.map(() => 0.5 * random.normal());
  const prompt = criteriaOfTasks.map((_, task) => about.difficulty[task]?.[random.integer(prompts)]);
  const raters = shuffled(random, panel);
  const ofRater = raters.map(() => 0.25 * random.normal());
  const at = <T>(values: readonly T[], n: number): T => {
    const value = values[n];
    if (value === undefined) throw new RangeError(`there is no element ${n}`);
    return value;
  };
  return {
    listening,
    speaking,
    heardListening: listening + listeningError * random.normal(),
    heard: (task, rater) => {
      const drawing = random.fork('hearing', task, rater);
      const own = about.severity[at(raters, rater)];
      const given = prompt[task];
      if (own === undefined || given === undefined) throw new RangeError('a rater and a prompt');
      const eta = speaking + at(ofTask, task) + at(ofRater, rater) + 0.4 * drawing.normal();
      const names = criteria.slice(0, at(criteriaOfTasks, task));
      const stepsFor = (moved: number) => names.map((one) => about.thresholds.map((step) => step + one + moved));
      const items = createItemParameters(
        stepsFor(own.is + given.is).map((steps, n) => ({ model: 'generalized-partial-credit', id: String(n), steps })),
      );
      const out = new Float64Array(about.thresholds.length + 1);
      const scores = names.map((_, n) => drawFrom(out, categoryProbabilities(items, n, eta, out), drawing));
      const believed = stepsFor(own.believed + given.believed);
      return {
        scores,
        hearing: {
          task: String(task),
          ratings: scores.map((category, n) => ({ category, steps: at(believed, n) })),
        },
      };
    },
  };
}
