/** Entry `itemresponsetheory/assembly`: blueprints, exact assembly, shadow tests. */
export { type Assembly, type AssemblyOptions, assemble } from './assemble.ts';
export {
  type Blueprint,
  type ClassBounds,
  type Conflict,
  checkBlueprint,
  type ItemSets,
  type Partition,
  type Resource,
  violations,
} from './blueprint.ts';
export { type Aim, assembleBySolver, type SolverOptions } from './by-solver.ts';
export { fillCrossing } from './flow.ts';
export { type PartitionFill, fillPartition, type Fixing } from './partition.ts';
export { shadowStep, type ShadowOptions, type ShadowStep } from './shadow.ts';
export {
  createHighsSolver,
  type Highs,
  type IntegerProgramme,
  type IntegerSolution,
  type LinearRule,
  lpText,
  type MipSolver,
} from './solver-port.ts';
