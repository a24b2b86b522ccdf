/**
 * The floors. A file imports only from lower floors or its own room.
 * compliance > cli > simulations > server | client > host > core > proto, and server never meets client.
 */
const floors = ['proto', 'core', 'host', '(server|client)', 'simulations', 'cli', 'compliance'];
const climbing = floors.slice(0, -1).map((floor, height) => ({
  name: `no-climbing-from-${floor.replace(/\W/g, '-')}`,
  severity: 'error',
  from: { path: `^${floor}/` },
  to: { path: `^(${floors.slice(height + 1).join('|')})/` },
}));

/**
 * Order inside core/, lowest first. A room imports only from rooms of lower ranks; rooms of one rank never meet.
 */
const coreRanks = [
  ['errors'],
  ['encoding', 'kernels', 'packages', 'random', 'time'],
  ['accounting', 'crypto', 'data'],
  ['evaluation', 'reference-accounting', 'secagg'],
  ['privacy/mechanism'],
  ['privacy/ledger'],
  ['privacy/plan'],
  ['budget', 'release'],
  ['audit', 'transfer', 'wire'],
  ['federation'],
  ['claims'],
];
const coreRooms = coreRanks.flat();
const climbingInCore = coreRanks.flatMap((rooms, rank) =>
  rooms.map((room) => ({
    name: `core-order-${room.replace('/', '-')}`,
    severity: 'error',
    from: { path: `^core/${room}/` },
    to: { path: '^core/', pathNot: `^core/(${[room, ...coreRanks.slice(0, rank).flat()].join('|')})/` },
  })),
);

/** What core/ may take from outside: all of it computes, and none of it opens, connects, keeps time or draws. */
const builtins = '^(node:)?(crypto|stream|stream/promises)$';
const packages = [
  ...['@noble/ciphers', '@noble/hashes', '@scure/bip39', 'fft.js', 'hyparquet'],
  ...['hyparquet-compressors', 'long', 'lossless-json', 'protobufjs', 'tweetnacl', 'yaml', 'zod'],
];

export default {
  forbidden: [
    ...climbing,
    ...climbingInCore,
    {
      name: 'core-every-file-in-a-room',
      severity: 'error',
      from: { path: '^core/', pathNot: `^core/(${coreRooms.join('|')})/` },
      to: {},
    },
    { name: 'server-never-meets-client', severity: 'error', from: { path: '^server/' }, to: { path: '^client/' } },
    { name: 'client-never-meets-server', severity: 'error', from: { path: '^client/' }, to: { path: '^server/' } },
    {
      name: 'work-never-knows-who-serves',
      severity: 'error',
      from: { path: '^client/work/' },
      to: { path: '^client/serving/' },
    },
    {
      name: 'core-does-no-io',
      severity: 'error',
      from: { path: '^(core|proto)/', pathNot: 'generate\\.mjs$' },
      to: { dependencyTypes: ['core'], pathNot: builtins },
    },
    {
      name: 'core-takes-packages-that-compute',
      severity: 'error',
      from: { path: '^(core|proto)/', pathNot: 'generate\\.mjs$' },
      to: { path: 'node_modules/', pathNot: `node_modules/(${packages.join('|')})/` },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'shipped-code-needs-shipped-packages',
      severity: 'error',
      from: { path: '^(core|proto|host|server|client|simulations|cli|compliance)/', pathNot: 'generate\\.mjs$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
