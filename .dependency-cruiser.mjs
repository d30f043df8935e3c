// The house: a floor imports only lower floors, never upward, never sideways (docs: README, "The map of the house").
const floors = [
  ['engine', 'words', 'storage'],
  ['people'],
  ['item-bank'],
  ['delivery'],
  ['scoring'],
  ['demonstration', 'server'],
  ['delivery-ui'],
];
/** Inside a floor a room imports only rooms listed before it; tests/house checks that every room is listed. */
export const rooms = {
  engine: ['itemresponsetheory', 'adaptive', 'charts'],
  'engine/itemresponsetheory/src': [
    'errors',
    'numeric',
    'kernels',
    'responses',
    'parameters',
    'quadrature',
    'models',
    'information',
    'exposure',
    'selection',
    'stopping',
    'assembly',
    'multistage',
    'ability',
    'classification',
    'linking',
    'simulation',
    'fit',
    'calibration',
    'dif',
    'facets',
    'standard-setting',
    'index',
  ],
  storage: ['document', 'port', 'raced', 'pages', 'readable', 'journal', 'keys', 'blobs', 'lmdb', 'mongodb'],
  people: ['agencies', 'candidates', 'staff', 'access'],
  'item-bank': [
    'items',
    'qti',
    'review',
    'specifications',
    'releases',
    'forms',
    'calibration',
    'statistics',
    'standard-setting',
    'simulation',
  ],
  delivery: [
    'proctoring',
    'recordings',
    'sessions',
    'responses',
    'registrations',
    'administrations',
    'live',
    'monitoring',
  ],
  scoring: [
    'regimes',
    'rating',
    'raters',
    'process-evaluation',
    'assurance',
    'results',
    'exemptions',
    'certificates',
    'statements',
    'trajectory',
    'follow-up',
    'evidence',
  ],
  server: [
    'configuration',
    'clock',
    'machine',
    'witness',
    'checkpoint-memory',
    'password-worker',
    'password-threads',
    'capped-exposures',
    'refused-streams',
    'refused-documents',
    'refusing',
    'content',
    'kept-file',
    'own-folder',
    'calibration-job',
    'last-alive',
    'greeting',
    'open-storage',
    'stores',
    'open-stores',
    'rooms',
    'backups',
    'privacy',
    'program',
    'reports',
    'jobs',
    'rotate-secret',
    'doctor',
    'http',
    'api',
    'compose',
    'start',
    'commands',
  ],
  'delivery-ui': [
    'shared',
    'candidate',
    'invigilator',
    'examiner',
    'designer',
    'office',
    'result',
    'check',
    'components',
    'public',
  ],
};
const tests = '\\.(test|suite|bench)\\.ts$';
const forbidden = [
  {
    name: 'no-cycles',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    // The session's core is read as a line, also where only types are imported.
    name: 'no-type-cycles-in-a-session',
    severity: 'error',
    from: { path: '^delivery/sessions/' },
    to: { circular: true },
  },
  {
    name: 'tests-stay-outside',
    severity: 'error',
    from: { pathNot: ['^tests/', tests] },
    to: { path: ['^tests/', tests] },
  },
  {
    name: 'the-receiver-knows-nothing-of-us',
    severity: 'error',
    from: { path: '^demonstration/trajectory-system/' },
    to: { path: '^(engine|words|storage|people|item-bank|delivery|scoring|server|delivery-ui)/' },
  },
  {
    name: 'examples-know-the-package-alone',
    severity: 'error',
    from: { path: '^examples/' },
    to: {
      path:
        '^(words|storage|people|item-bank|delivery|scoring|server|delivery-ui|demonstration|' +
        'engine/(adaptive|charts))/',
    },
  },
  {
    // It exists to disagree: no code of the first scorer, nor what that rests on.
    name: 'the-second-scorer-knows-nothing-of-the-first',
    severity: 'error',
    from: { path: '^scoring/assurance/', pathNot: tests },
    to: { path: '^(engine|words|people|item-bank|delivery|server|delivery-ui|scoring/(?!assurance/))' },
  },
  { name: 'unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
];
floors.forEach((floor, level) => {
  for (const name of floor) {
    const higher = floors.slice(level + 1).flat();
    const sideways = floor.filter((other) => other !== name);
    // The program (server) seeds the demonstration; the demonstration never imports the program.
    const banned = [...higher, ...(name === 'server' ? [] : sideways)];
    if (banned.length)
      forbidden.push({
        name: `floor-${name}`,
        severity: 'error',
        from: { path: `^${name}/`, pathNot: tests },
        to: { path: `^(${banned.join('|')})/` },
      });
  }
});
forbidden.push({
  name: 'floor-delivery-ui',
  severity: 'error',
  from: { path: '^delivery-ui/' },
  to: {
    path: '^(storage|people|item-bank|delivery|scoring|server|demonstration)/',
    // Code that runs in a browser as it does on the server: tests/house checks that none of it needs Node.
    pathNot: [
      '^scoring/certificates/verify\\.ts$',
      '^server/http/wire\\.ts$',
      '^server/api/[^/]+/numbers\\.ts$',
      '^delivery/sessions/(session|facts|decide|decide-operation|evolve|operation|clock|given|shown-names)\\.ts$',
    ],
    dependencyTypesNot: ['type-only'],
  },
});
/** A room, or a file that stands in the floor itself, imports only what is listed before it. */
function inOrder(folder, list) {
  list.forEach((room, index) => {
    const later = list.slice(index + 1);
    if (later.length)
      forbidden.push({
        name: `room-${folder}/${room}`,
        severity: 'error',
        from: { path: `^${folder}/${room}(/|\\.)`, pathNot: tests },
        to: { path: `^${folder}/(${later.join('|')})(/|\\.)` },
      });
  });
}
for (const [folder, list] of Object.entries(rooms)) inOrder(folder, list);

export default {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.types|data)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['meetlat-source', 'types', 'svelte', 'browser', 'import', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.svelte', '.json', '.d.ts'],
    },
  },
};
