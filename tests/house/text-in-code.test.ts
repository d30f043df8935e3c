/**
 * What a command tells and a report says stands in a catalogue: no two words beside one another in a literal of these
 * files. Calls and examples of the help, seeds, and errors that are faults of the program are no text for a reader.
 */
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { production, read } from './sources.ts';

const told = production.filter(
  (file) =>
    /^server\/(commands|reports)\/.*\.ts$|^server\/(greeting|configuration)\.ts$/.test(file) &&
    file !== 'server/reports/report-style.ts',
);

/** Two words, or a word beside a value that is filled in; of HTML only what stands between the tags. */
const speaks = (text: string): boolean =>
  /(\p{L}{2,}|\$)[ \n]+\p{L}{2,}|\p{L}{2,}[ \n]+\$/u.test(text.replace(/<[^>]*>/g, '|').replace(/<[^>]*$/, ''));

/** A template with `$` for each value. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  return ts.isTemplateExpression(node)
    ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('$')
    : undefined;
}

/** Where words are not told: the shapes and examples of a call, which are typed as they stand, seeds, faults. */
function isQuiet(node: ts.Node): boolean {
  if (ts.isPropertyAssignment(node)) return /^(calls|examples)$/.test(node.name.getText());
  if (ts.isNewExpression(node)) return /Error$/.test(node.expression.getText());
  return ts.isCallExpression(node) && node.expression.getText() === 'createRng';
}

function found(source: ts.SourceFile, node: ts.Node): string[] {
  if (isQuiet(node)) return [];
  const text = textOf(node);
  const own = text !== undefined && speaks(text) && !/^\s*meetlat /.test(text) ? [text] : [];
  const inside: string[] = [];
  ts.forEachChild(node, (child) => {
    inside.push(...found(source, child));
  });
  return [...own, ...inside];
}
const textIn = (code: string): string[] => {
  const source = ts.createSourceFile('told.ts', code, ts.ScriptTarget.Latest, true);
  return found(source, source);
};

describe('text in code', () => {
  it.each([
    ["console.log('not verified');", ['not verified']],
    ['lines.push(`${count} persons`);', ['$ persons']],
    ['const line = `variance ${value}`;', ['variance $']],
    ['page(`<p class="made">Made today</p>`);', ['<p class="made">Made today</p>']],
    ["const one = { calls: ['FILE --by NAME'], says: 'fit.says' };", []],
    ["throw new Error('a worker ended');", []],
    ['const row = `<tr class="a b">${cells}</tr>`;', []],
    ["const random = createRng('standard setting');", []],
  ])('in %s', (code, texts) => expect(textIn(code)).toEqual(texts));

  it('is looked for in many files', () => expect(told.length).toBeGreaterThan(50));

  it.each(told)('none in %s', (file) => expect(textIn(read(file))).toEqual([]));
});
