/**
 * The floors. A file imports only from lower floors or its own room.
 * cli > simulations > server | client > core > proto, and server never meets client.
 */
const floors = ['proto', 'core', '(server|client)', 'simulations', 'cli'];
const climbing = floors.slice(0, -1).map((floor, height) => ({
  name: `no-climbing-from-${floor.replace(/\W/g, '-')}`,
  severity: 'error',
  from: { path: `^${floor}/` },
  to: { path: `^(${floors.slice(height + 1).join('|')})/` },
}));

const io =
  '^(node:)?(fs|fs/promises|net|http|http2|https|tls|dgram|dns|child_process|cluster|worker_threads|os|readline|repl|process|timers|timers/promises|v8|vm|inspector|perf_hooks)$';

export default {
  forbidden: [
    ...climbing,
    { name: 'server-never-meets-client', severity: 'error', from: { path: '^server/' }, to: { path: '^client/' } },
    { name: 'client-never-meets-server', severity: 'error', from: { path: '^client/' }, to: { path: '^server/' } },
    {
      name: 'core-does-no-io',
      severity: 'error',
      from: { path: '^(core|proto)/', pathNot: 'generate\\.mjs$' },
      to: { path: io },
    },
    {
      name: 'core-takes-no-socket-store-or-backend',
      severity: 'error',
      from: { path: '^core/' },
      to: {
        path: 'node_modules/(socket\\.io|socket\\.io-client|libsql|fastify|winston|prom-client|@tensorflow/tfjs-(backend|node))',
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'shipped-code-needs-shipped-packages',
      severity: 'error',
      from: { path: '^(core|proto|server|client|simulations|cli)/', pathNot: 'generate\\.mjs$' },
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
