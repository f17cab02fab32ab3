/**
 * Who may import whom. Data flows one way: resources use contexts and read models, those use events, and events use
 * nothing.
 *
 * Test code may use `testing` besides what its library may.
 */
const SPEC = '\\.(spec|contract|fixture)\\.ts$';

/** What each library may import of the others. */
const MAY_IMPORT = {
  events: [],
  tracing: [],
  registry: ['tracing'],
  'kube-api': [],
  config: [],
  postgres: [],
  'event-store': ['events', 'tracing'],
  'event-feed': ['events', 'event-store', 'config', 'observability', 'tracing'],
  remoting: ['events', 'event-store', 'tracing'],
  image: ['events', 'event-store', 'registry', 'remoting'],
  stream: ['events', 'event-store', 'registry', 'remoting'],
  signature: ['events', 'event-store', 'remoting'],
  'read-model': ['events', 'event-store', 'postgres', 'tracing'],
  import: [
    ...['events', 'event-store', 'event-feed', 'image', 'stream', 'read-model', 'registry', 'config', 'remoting'],
    'tracing',
  ],
  access: ['events', 'event-store', 'read-model', 'kube-api', 'config'],
  tenancy: ['events', 'event-store', 'read-model', 'kube-api', 'access', 'config', 'postgres'],
  history: ['events', 'event-store', 'read-model', 'kube-api'],
  'image-api': [
    'events',
    'event-store',
    'image',
    'stream',
    'signature',
    'import',
    'read-model',
    'registry',
    'kube-api',
  ],
  observability: ['tracing'],
  // What apps are put together from knows everything, and nothing knows it.
  composition: [
    'access',
    'config',
    'event-store',
    'event-feed',
    'events',
    'history',
    'image',
    'image-api',
    'import',
    'kube-api',
    'observability',
    'postgres',
    'read-model',
    'registry',
    'remoting',
    'signature',
    'stream',
    'tenancy',
    'tracing',
  ],
  testing: ['events', 'event-store', 'registry', 'remoting'],
};

const libraryRules = Object.entries(MAY_IMPORT).map(([library, allowed]) => ({
  name: `what-${library}-may-import`,
  severity: 'error',
  comment: `${library} may import ${allowed.length === 0 ? 'no other library' : allowed.join(', ')}`,
  from: { path: `^libs/${library}/src/`, pathNot: SPEC },
  to: { path: '^libs/', pathNot: `^libs/(${[library, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...libraryRules,
    {
      name: 'no-library-that-is-not-listed',
      severity: 'error',
      comment: 'add a new library to the table, with what it may import',
      from: {},
      to: { path: '^libs/', pathNot: `^libs/(${Object.keys(MAY_IMPORT).join('|')})/` },
    },
    {
      name: 'no-library-imports-an-app',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'only-tests-import-testing',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: `(${SPEC}|^libs/testing/)` },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'deciders-are-pure',
      severity: 'error',
      comment: 'rules take values and return values: no framework, no disk, no network, no clock',
      from: { path: '^libs/(image|stream|signature|import)/src/(decide|rules|writes)', pathNot: SPEC },
      to: { path: '(@nestjs|undici|lmdb|fastify|pino)', dependencyTypes: ['npm'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { pathNot: 'node_modules' } } },
    {
      name: 'nothing-undeclared',
      severity: 'error',
      comment: 'every package that is imported stands in package.json',
      from: { path: '^(apps|libs)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
    {
      name: 'no-tools-at-run-time',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: `(${SPEC}|^libs/testing/)` },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { conditionNames: ['source', 'import', 'node', 'default', 'types'] },
  },
};
