import tseslint from 'typescript-eslint';
import svelte from 'eslint-plugin-svelte';
import svelteParser from 'svelte-eslint-parser';

const inventedNumbers = [
  'exp',
  'log',
  'log1p',
  'expm1',
  'log2',
  'log10',
  'pow',
  'sin',
  'cos',
  'tan',
  'tanh',
  'sinh',
  'cosh',
  'atan',
  'random',
  'cbrt',
  'hypot',
];
const mathOfTheHost = {
  selector: `MemberExpression[object.name='Math'][property.name=/^(${inventedNumbers.join('|')})$/]`,
  message: 'Engines differ in the last bit: use numeric/.',
};
const impure = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'The clock is made in server/machine.ts and handed down.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'The clock is made in server/machine.ts and handed down.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Randomness is made in server/machine.ts and handed down.',
  },
  {
    selector: "CallExpression[callee.property.name='randomUUID']",
    message: 'Ids are made in server/machine.ts and handed down.',
  },
  {
    selector: 'CallExpression[callee.name=/^(setTimeout|setInterval)$/]',
    message: 'Timers are made in server/machine.ts and handed down.',
  },
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '.types/',
      'node_modules/',
      'data/',
      'tests/artefacts/',
      'tests/e2e/shots/',
      'tests/bench/peers/',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.ts'] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      eqeqeq: 'error',
    },
  },
  {
    files: ['engine/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', mathOfTheHost],
    },
  },
  {
    // An index out of range must become NaN or an error, which tests see, not a number that looks right.
    files: ['engine/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.suite.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        mathOfTheHost,
        {
          selector: "LogicalExpression[operator='??'] > MemberExpression.left[computed=true]",
          message: 'No default for an index read: say where it may be out of range, or use .at().',
        },
      ],
    },
  },
  {
    files: [
      'engine/**/*.ts',
      'words/**/*.ts',
      'storage/**/*.ts',
      'people/**/*.ts',
      'item-bank/**/*.ts',
      'delivery/**/*.ts',
      'scoring/**/*.ts',
      'server/**/*.ts',
    ],
    ignores: ['**/*.test.ts', '**/*.suite.ts', '**/*.bench.ts', 'server/machine.ts', 'engine/**'],
    rules: { 'no-restricted-syntax': ['error', ...impure] },
  },
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte'],
    languageOptions: { parser: svelteParser, parserOptions: { parser: tseslint.parser } },
    rules: { 'svelte/no-at-html-tags': 'error', 'svelte/require-each-key': 'error' },
  },
  { files: ['**/*.svelte.ts'], languageOptions: { parser: tseslint.parser } },
  { files: ['**/*.mjs'], rules: { '@typescript-eslint/no-floating-promises': 'off' } },
);
