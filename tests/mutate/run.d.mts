export interface Rule {
  readonly rule: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly test: string;
}
export function readRules(): Rule[];
export function complaints(rules: readonly Rule[]): string[];
export function tenth(rules: readonly Rule[], commit: string): Rule[];
export function shard(rules: readonly Rule[], n: number, count: number): Rule[];
/** Does the test start the program as it is bundled? */
export declare function startsProgram(path: string, seen?: Set<string>): boolean;
