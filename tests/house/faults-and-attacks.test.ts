/** The table of faults and attacks in tests/README.md: whole, and each test that it names is there under that title. */
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { read, tracked } from './sources.ts';

const [, table = ''] = read('tests/README.md').split('## Faults and attacks');
const rows = [...table.matchAll(/^\| ([FA]\d+) \| (.+) \| (.+) \| (.+) \|$/gm)].map(
  ([, id = '', what = '', must = '', test = '']) => ({
    ...{ id, what, must, test },
  }),
);
const numbered = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${letter}${n + 1}`);
const isAbsent = (test: string): boolean => /^(no test|not yet): .{20,}/.test(test);
const shown = rows.filter(({ test }) => !isAbsent(test));

/** Titles of tests and of what they stand in; a template as it is written. */
function titlesOf(file: string): ReadonlySet<string> {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    const [title] = ts.isCallExpression(node) ? node.arguments : [];
    const isTest = ts.isCallExpression(node) && /^(it|describe)\b/.test(node.expression.getText());
    if (isTest && title !== undefined && ts.isStringLiteralLike(title)) titles.add(title.text);
    if (isTest && title !== undefined && ts.isTemplateExpression(title)) titles.add(title.getText().slice(1, -1));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

/** `file`: title, and the same once more behind a line break. */
const namedBy = (test: string): { readonly file: string; readonly title: string }[] =>
  test.split('<br>').map((one) => {
    const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(one) ?? [];
    return { file, title };
  });

describe('the table of faults and attacks', () => {
  it('has every fault and every attack once, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual([...numbered('F', 35), ...numbered('A', 42)]);
  });

  it('has a test for at least 70 of the 77', () => {
    expect(shown.length).toBeGreaterThanOrEqual(70);
  });

  it.each(shown)('$id: $what', ({ test }) => {
    for (const { file, title } of namedBy(test)) {
      expect(tracked).toContain(file);
      expect([...titlesOf(file)]).toContain(title);
    }
  });
});
