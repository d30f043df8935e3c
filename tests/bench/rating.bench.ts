/**
 * `npm run bench -- rating [CANDIDATES]`: how rightly the oral test decides by plans of rating, on the same simulated
 * candidates: each task heard by another examiner, again where it is close, and every fail twice (`hearings` of the
 * regime), beside one examiner for everything and raw means. Decisions, abilities and probabilities are those of the
 * scoring code. FN: of those truly at B1, how many fail; FP: of those truly below, how many pass.
 */
import { ratedLikelihood } from 'itemresponsetheory/facets';
import { isPass, whyHeardAgain } from '../../scoring/rating/hearing-plan.ts';
import { decideOral } from '../../scoring/regimes/decide.ts';
import { probabilityOfRequired } from '../../scoring/regimes/probability.ts';
import { type HearingPlan, type OralRegime, regimeById } from '../../scoring/regimes/regime.ts';
import { abilityOfScores } from '../../scoring/results/conclude.ts';
import { figure, operands, remark } from './figure.ts';
import { type RatedCandidate, type World, listeningError, ratedCandidates } from './rated-candidates.ts';

const found = regimeById('nt2-oral', 'nt2-oral-b1-heard-again');
if (found.kind !== 'oral' || found.hearings === undefined) throw new Error('a regime with a plan of hearings');
const regime: OralRegime = found;
const plan: HearingPlan = found.hearings;
/** Of a performance's ratings, for linking examiners: random doubles and benchmarks. */
const links = 0.15;

/** Right, and where not, on which side. */
class Decisions {
  private masters = 0;
  private others = 0;
  private failedMasters = 0;
  private passedOthers = 0;
  private hearings = 0;

  add(isMaster: boolean, passes: boolean, hearings: number): void {
    this.hearings += hearings;
    if (isMaster) this.masters += 1;
    else this.others += 1;
    if (isMaster && !passes) this.failedMasters += 1;
    if (!isMaster && passes) this.passedOthers += 1;
  }
  get right(): number {
    return 1 - (this.failedMasters + this.passedOthers) / (this.masters + this.others);
  }
  get falseFails(): number {
    return this.failedMasters / this.masters;
  }
  get falsePasses(): number {
    return this.passedOthers / this.others;
  }
  get meanHearings(): number {
    return this.hearings / (this.masters + this.others);
  }
}

const isMasterOf = ({ listening, speaking }: RatedCandidate): boolean =>
  decideOral(regime, {
    listening: { theta: listening, standardError: 0 },
    speaking: { theta: speaking, standardError: 0 },
  }).outcome === 'pass';

/** By the mean of what was written, severities left aside. */
function passesRaw(candidate: RatedCandidate, scores: readonly number[]): boolean {
  const speaking = abilityOfScores(regime, scores, 0);
  if (speaking === undefined) throw new Error('somebody was rated');
  const listening = { theta: candidate.heardListening, standardError: listeningError };
  return decideOral(regime, { listening, speaking }).outcome === 'pass';
}

const probabilityOf = (candidate: RatedCandidate, tasks: number, raterOf: (hearing: number, task: number) => number) =>
  [1, 2, 3].map((hearings) => {
    const heard = Array.from({ length: hearings * tasks }, (_, n) => {
      const task = n % tasks;
      return candidate.heard(task, raterOf(Math.floor(n / tasks), task)).hearing;
    });
    const listening = { theta: candidate.heardListening, standardError: listeningError };
    return probabilityOfRequired(regime, { listening, speaking: ratedLikelihood(heard, plan.effects) });
  });

function decide(by: HearingPlan, probabilities: readonly number[]): { passes: boolean; hearings: number } {
  for (let hearings = 1; ; hearings += 1) {
    const heard = { probability: probabilities[hearings - 1] ?? NaN, hearings };
    if (whyHeardAgain(by, heard) === undefined) return { passes: isPass(by, heard), hearings };
  }
}

/** Mean probability and share of true masters, by tenths of the probability with which it was decided. */
class Calibration {
  private readonly bins = Array.from({ length: 10 }, () => ({ count: 0, sum: 0, masters: 0 }));

  add(probability: number, isMaster: boolean): void {
    const bin = this.bins[Math.min(9, Math.floor(10 * probability))];
    if (bin === undefined) throw new RangeError(`a probability of ${probability}`);
    bin.count += 1;
    bin.sum += probability;
    if (isMaster) bin.masters += 1;
  }
  /** Beyond what chance alone would give: two standard errors. */
  rows(): { from: number; count: number; said: number; were: number; error: number }[] {
    return this.bins.map(({ count, sum, masters }, n) => {
      const [said, were] = [sum / count, masters / count];
      return { from: n / 10, count, said, were, error: Math.sqrt((said * (1 - said)) / count) };
    });
  }
}

const cuts = [0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7];
const plansOf = (): Map<string, Decisions> => new Map();

function run(world: World, title: string, isBase: boolean): void {
  const plans = plansOf();
  const add = (name: string, ...decision: readonly [boolean, boolean, number]): void => {
    const decisions = plans.get(name) ?? new Decisions();
    plans.set(name, decisions);
    decisions.add(...decision);
  };
  const calibration = new Calibration();
  const tasks = world.criteriaOfTasks.map((_, task) => task);
  for (const candidate of ratedCandidates(world, regime.speaking.thresholds)) {
    const isMaster = isMasterOf(candidate);
    const written = (raterOf: (task: number) => number) =>
      tasks.flatMap((task) => candidate.heard(task, raterOf(task)).scores);
    for (const times of [1, 2, 3]) {
      const examiners = Array.from({ length: times }, (_, n) => n);
      const one = examiners.flatMap((n) => written(() => n));
      add(`one examiner, raw, × ${times}`, isMaster, passesRaw(candidate, one), times);
      const each = examiners.flatMap((n) => written((task) => n * tasks.length + task));
      if (times < 3) add(`an examiner a task, raw, × ${times}`, isMaster, passesRaw(candidate, each), times);
    }
    const known = probabilityOf(candidate, tasks.length, (hearing, task) => hearing * tasks.length + task);
    const { passes, hearings } = decide(plan, known);
    add('the plan', isMaster, passes, hearings);
    calibration.add(known[hearings - 1] ?? NaN, isMaster);
    const once = decide({ ...plan, hearingsOfFail: 1 }, known);
    add('the plan, fails heard once', isMaster, once.passes, once.hearings);
    if (!isBase) continue;
    for (const passFrom of cuts) {
      const at = decide({ ...plan, passFrom }, known);
      add(`from ${passFrom}`, isMaster, at.passes, at.hearings);
    }
    const few = decide(
      plan,
      probabilityOf(candidate, tasks.length, (hearing, task) => 3 * hearing + (task % 3)),
    );
    add('the plan, three examiners a hearing', isMaster, few.passes, few.hearings);
  }
  tell(title, plans, isBase);
  for (const { from, count, said, were, error } of calibration.rows())
    figure({
      name: `${title}: said ${from.toFixed(1)}–${(from + 0.1).toFixed(1)}, off by`,
      value: Math.abs(were - said),
      unit: '',
      isBetterLow: true,
      ...(isBase ? { bar: 0.03 } : {}),
      more: `${count} candidates, said ${said.toFixed(3)}, were ${were.toFixed(3)}, SE ${error.toFixed(3)}`,
    });
}

const bars = new Map([
  ['the plan', { right: 0.954, falseFails: 0.095, falsePasses: 0.037, hearings: 2.1 }],
  ['the plan, fails heard once', { hearings: 1.35 }],
]);

function tell(title: string, plans: ReadonlyMap<string, Decisions>, isBase: boolean): void {
  const double = plans.get('an examiner a task, raw, × 2');
  for (const [name, decisions] of plans) {
    const bar: { right?: number; falseFails?: number; falsePasses?: number; hearings?: number } =
      (isBase ? bars.get(name) : undefined) ?? {};
    const isPlan = name.startsWith('the plan') || name.startsWith('from');
    const of = `${title}: ${name}`;
    figure({
      name: `${of}, right`,
      value: decisions.right,
      unit: '',
      isBetterLow: false,
      ...(bar.right === undefined ? {} : { bar: bar.right }),
      ...(name === 'the plan' && double !== undefined ? { peer: { name: 'double raw', value: double.right } } : {}),
    });
    const low = [
      ['false fails', decisions.falseFails, bar.falseFails],
      ['false passes', decisions.falsePasses, bar.falsePasses],
      ['ratings', decisions.meanHearings + (isPlan ? links : 0), bar.hearings],
    ] as const;
    for (const [what, value, most] of low)
      figure({
        name: `${of}, ${what}`,
        value,
        unit: '',
        isBetterLow: true,
        ...(most === undefined ? {} : { bar: most }),
      });
  }
}

const candidates = Number(operands[0] ?? 20_000);
const base: World = {
  seed: 'rating',
  candidates,
  criteriaOfTasks: [4, 4, 4, 5, 4],
  severitySd: 0.5,
  correlation: 0.85,
};
const half = { ...base, candidates: Math.ceil(candidates / 2) };
remark(`${candidates} candidates; two SE of a share of .95 are ${(2 * Math.sqrt(0.0475 / candidates)).toFixed(4)}`);
run(base, 'base', true);
run({ ...half, severitySd: 0.3 }, 'severities .3', false);
run({ ...half, severitySd: 0.7 }, 'severities .7', false);
run({ ...half, correlation: 0.7 }, 'correlation .7', false);
run({ ...half, criteriaOfTasks: [4, 4, 4, 5] }, 'four tasks', false);
