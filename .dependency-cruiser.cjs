// The table of docs/architecture.md, enforced. `#name` resolves to dist/libs/name, so every rule accepts both places.
const place = (room) => `^(?:dist/)?${room}/`;
const anyOf = (names) => `(?:${names.join('|')})`;
const packages = (names) => names.map((name) => `node_modules/${name}/`);

const TFJS = '@tensorflow/';
const NEST = '@nestjs/';
const ml = [
  'formats',
  'model-files',
  'evaluation',
  'engine',
  'datasets',
  'verification',
  'collective',
  'losses',
  'model-zoo',
  'trainer',
  'tasks',
];

/** What each room may import of ours, besides itself. Specs may also use test/support. */
const ROOMS = {
  'libs/contracts': [],
  'libs/client': [],
  'libs/engine': ['contracts'],
  'libs/formats': ['contracts'],
  'libs/datasets': ['formats', 'contracts'],
  'libs/verification': ['contracts'],
  'libs/collective': ['contracts'],
  'libs/losses': ['engine', 'contracts', 'collective'],
  'libs/model-zoo': ['engine', 'contracts'],
  'libs/model-files': ['formats', 'engine', 'model-zoo', 'contracts'],
  'libs/trainer': [
    'formats',
    'engine',
    'losses',
    'model-zoo',
    'model-files',
    'datasets',
    'verification',
    'collective',
    'contracts',
  ],
  'libs/evaluation': ['formats', 'engine', 'model-files', 'datasets', 'verification', 'collective', 'contracts'],
  'libs/tasks': ['formats', 'engine', 'model-files', 'datasets', 'contracts'],
  'libs/queue': ['contracts'],
  'libs/persistence': ['contracts'],
  'libs/webhooks': ['contracts'],
  'libs/telemetry': ['contracts'],
  'libs/services': ['contracts'],
  'libs/schedules': ['contracts'],
  'apps/api': ['contracts', 'queue', 'persistence', 'schedules', 'webhooks', 'telemetry'],
  'apps/worker': [
    'contracts',
    'queue',
    'collective',
    'trainer',
    'evaluation',
    'tasks',
    'engine',
    'datasets',
    'model-zoo',
    'model-files',
    'telemetry',
  ],
  'apps/results': ['contracts', 'queue', 'persistence', 'schedules', 'webhooks', 'telemetry'],
  'apps/autoscaler': ['contracts', 'queue', 'telemetry'],
};

/** Rooms that must not touch a driver or framework: [rooms, forbidden packages]. */
const DRIVERS = [
  [
    [
      'formats',
      'engine',
      'datasets',
      'verification',
      'losses',
      'model-zoo',
      'model-files',
      'trainer',
      'evaluation',
      'tasks',
      'schedules',
    ],
    [NEST + '.*', 'ioredis', 'bullmq', 'typeorm', 'pg'],
  ],
  [['collective'], [TFJS + '.*', NEST + '.*', 'bullmq', 'typeorm', 'pg']],
  [
    ['queue', 'persistence', 'webhooks', 'telemetry', 'services'],
    [TFJS + '.*', 'sharp'],
  ],
  [['contracts'], [NEST + '.*', TFJS + '.*', 'ioredis', 'bullmq', 'typeorm', 'pg', 'sharp', 'undici']],
];
/** Packages of the client; browsers run it. */
const IN_BROWSERS = '^(?:dist/)?libs/client/|node_modules/openapi-fetch/';
/** Specs, and what only specs use. */
const isSpec = '(?:\\.spec|\\.bench|/testing/[^/]+)\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'A `#name` that does not resolve: build first, and look at "imports" in package.json.',
      from: {},
      to: { couldNotResolve: true },
    },
    ...Object.entries(ROOMS).map(([room, allowed]) => ({
      name: `rooms: ${room}`,
      severity: 'error',
      comment: 'See the table in docs/architecture.md.',
      from: { path: place(room), pathNot: isSpec },
      to: {
        path: '^(?:dist/)?(?:libs|apps|test)/',
        pathNot: [place(room), ...(allowed.length > 0 ? [place(`libs/${anyOf(allowed)}`)] : [])],
      },
    })),
    {
      name: 'apps are no libraries',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^(?:dist/)?apps/', pathNot: '^(?:dist/)?apps/$1/' },
    },
    {
      name: 'libraries have one door',
      severity: 'error',
      comment: "Another room's files are reached through its index only.",
      from: { path: '^(?:libs|apps)/([^/]+)/', pathNot: '^test/' },
      to: {
        path: '^(?:dist/)?libs/([^/]+)/',
        pathNot: ['^(?:dist/)?(?:libs|apps)/$1/', '/src/index\\.[jt]s$', '/src/testing/'],
      },
    },
    {
      name: 'testing is for specs',
      severity: 'error',
      from: { path: '^(?:libs|apps)/', pathNot: isSpec },
      to: { path: '^(?:dist/)?(?:libs|apps)/.*/testing/' },
    },
    {
      name: 'redis in one transport',
      severity: 'error',
      from: { path: '^libs/collective/', pathNot: ['transports/(?:redis-streams|coordination)/', isSpec] },
      to: { path: 'node_modules/ioredis/' },
    },
    ...DRIVERS.map(([rooms, forbidden]) => ({
      name: `drivers: ${rooms.join(', ')}`,
      severity: 'error',
      from: { path: place(`libs/${anyOf(rooms)}`), pathNot: isSpec },
      to: { path: packages(forbidden) },
    })),
    {
      name: 'the client runs in browsers',
      severity: 'error',
      from: { path: place('libs/client'), pathNot: isSpec },
      to: { pathNot: IN_BROWSERS },
    },
    {
      name: 'no tensors in the control plane',
      severity: 'error',
      from: { path: place(`apps/${anyOf(['api', 'results', 'autoscaler'])}`) },
      to: { path: [`^(?:dist/)?libs/${anyOf(ml)}/`, `node_modules/${TFJS}`] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
