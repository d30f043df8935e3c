/** `docs/collections.md` has every collection of the code, and says of each how it is bound. */
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { read, production } from './sources.ts';

interface Declared {
  readonly name: string;
  readonly bound: 'seal' | 'seal, made anew' | undefined;
}

const textOf = (node: ts.Expression | undefined, constants: ReadonlyMap<string, string>): string | undefined =>
  node === undefined
    ? undefined
    : ts.isStringLiteral(node)
      ? node.text
      : ts.isIdentifier(node)
        ? constants.get(node.text)
        : undefined;

const memberOf = (object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined =>
  object.properties.flatMap((member) =>
    ts.isPropertyAssignment(member) && member.name.getText() === name ? [member.initializer] : [],
  )[0];

/** Every `CollectionDefinition` that is written down, and every call of what makes one for a name. */
function declaredIn(file: string): Declared[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  const constants = new Map<string, string>();
  const found: Declared[] = [];
  const visit = (node: ts.Node): void => {
    const value = ts.isVariableDeclaration(node) ? node.initializer : undefined;
    if (ts.isVariableDeclaration(node) && value !== undefined) {
      if (ts.isStringLiteral(value)) constants.set(node.name.getText(), value.text);
      if (node.type?.getText().startsWith('CollectionDefinition<') === true && ts.isObjectLiteralExpression(value)) {
        const is = (member: string): boolean => memberOf(value, member)?.kind === ts.SyntaxKind.TrueKeyword;
        const name = textOf(memberOf(value, 'name'), constants) ?? `? in ${file}`;
        found.push({ name, bound: is('replaceable') ? 'seal, made anew' : is('sealed') ? 'seal' : undefined });
      }
    }
    if (ts.isCallExpression(node) && node.expression.getText() === 'noticesDefinition')
      found.push({ name: textOf(node.arguments[0], constants) ?? `? in ${file}`, bound: undefined });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Another view of a collection that is in the table, for data of before. */
const otherViews = ['people/candidates/clear-candidates.ts'];
const declared = production
  .filter((file) => file.endsWith('.ts') && !otherViews.includes(file))
  .filter((file) => read(file).includes('CollectionDefinition') || read(file).includes('noticesDefinition'))
  .flatMap(declaredIn);

const rows = new Map(
  [...read('docs/collections.md').matchAll(/^\| `([a-z-]+)` \| (.+) \| (.+) \| (.+) \|$/gm)].map(
    ([, name = '', , decides = '', bound = '']) => [name, { decides, bound }] as const,
  ),
);

describe('the table of collections', () => {
  it('has each that the code declares, and no other', () => {
    expect(declared.length).toBeGreaterThan(20);
    expect([...rows.keys()]).toEqual([...new Set(declared.map(({ name }) => name))].sort());
  });

  it.each(declared)('says how $name is bound', ({ name, bound }) => {
    expect(bound === undefined ? ['nothing', 'wrapped'] : [bound]).toContain(rows.get(name)?.bound);
  });
});
