/** Entry `itemresponsetheory/assembly`: blueprints, exact assembly, shadow tests. */
export { type Assembly, type AssemblyOptions, assemble } from './assemble.ts';
export { type Blueprint, type ClassBounds, type Conflict, checkBlueprint, type Resource, violations } from './blueprint.ts';
export { type Filled, fillPartition, type Fixing } from './partition.ts';
export { shadowStep, type ShadowStep } from './shadow.ts';
