/** The sources of the house as its own tests read them: files, functions, exported types. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export const root = join(import.meta.dirname, '../..');

export const floors = [
  'engine',
  'words',
  'storage',
  'people',
  'item-bank',
  'delivery',
  'scoring',
  'server',
  'delivery-ui',
  'demonstration',
  'tests',
];

/** Files that git knows, or will know at the next commit; paths from the root. */
export const tracked: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard'],
  {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 50_000_000,
  },
)
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));

export const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Code that people write, of any kind. */
export const code = tracked.filter((file) => /\.(ts|mjs|svelte)$/.test(file));
/** What ships or builds what ships: no test, and nothing that serves only tests. */
export const production = code.filter((file) => !file.startsWith('tests/') && !/\.(test|suite|bench)\.ts$/.test(file));

export interface FunctionLength {
  readonly file: string;
  readonly name: string;
  readonly lines: number;
}

function parsed(file: string): ts.SourceFile[] {
  const text = read(file);
  const parts = file.endsWith('.svelte')
    ? [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '')
    : [text];
  return parts.map((part) => ts.createSourceFile(file, part, ts.ScriptTarget.Latest, true));
}

/** A function without a name bears that of what it is given to, else of the call that it is handed to. */
function nameOf(node: ts.Node): string {
  if (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isMethodDeclaration(node)) {
    if (node.name !== undefined) return node.name.getText();
  }
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent))
    return parent.name.getText();
  return ts.isCallExpression(parent) ? `(in ${parent.expression.getText().split('\n')[0] ?? ''})` : '(nameless)';
}

export function functionsOf(file: string): FunctionLength[] {
  const found: FunctionLength[] = [];
  for (const source of parsed(file)) {
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
        const [from, to] = [node.getStart(), node.getEnd()].map((at) => source.getLineAndCharacterOfPosition(at).line);
        if (from !== undefined && to !== undefined) found.push({ file, name: nameOf(node), lines: to - from + 1 });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false);

/** Names of the interfaces, classes, aliases and enumerations that a file declares and exports. */
export const exportedTypes = (file: string): string[] =>
  parsed(file).flatMap((source) =>
    source.statements.flatMap((statement) =>
      isExported(statement) &&
      (ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement) ||
        ts.isEnumDeclaration(statement) ||
        ts.isClassDeclaration(statement)) &&
      statement.name !== undefined
        ? [statement.name.text]
        : [],
    ),
  );

/** Every name that a file's code uses; texts and comments are none. */
export function identifiersOf(file: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const source of parsed(file)) {
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) found.add(node.text);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}
