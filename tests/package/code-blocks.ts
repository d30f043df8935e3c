/**
 * The code in the documentation: every ```ts block of a README and every `@example` of a source file. What a block
 * prints stands behind `// →`, one for each line printed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface CodeBlock {
  /** Where it stands, e.g. `README 2` or `ability/estimate.ts 1`. */
  readonly name: string;
  readonly code: string;
  /** The lines that it says it prints. */
  readonly prints: readonly string[];
}

const block = (name: string, code: string): CodeBlock => ({
  name,
  code,
  prints: [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line = '']) => line.trim()),
});

/** Every fenced ```ts block of a Markdown file. */
export function markdownBlocks(path: string, name: string): CodeBlock[] {
  return [...readFileSync(path, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = ''], n) =>
    block(`${name} ${n + 1}`, code),
  );
}

/** Every `@example` with a fenced block in the sources of a folder, tests aside. */
export function exampleBlocks(folder: string): CodeBlock[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(file))
    .sort()
    .flatMap((file) => {
      const source = readFileSync(join(folder, file), 'utf8');
      return [...source.matchAll(/@example\n \* ```ts\n([\s\S]*?)^ \* ```/gm)].map(([, code = ''], n) =>
        block(`${relative('.', file)} ${n + 1}`, code.replace(/^ \* ?/gm, '')),
      );
    });
}
