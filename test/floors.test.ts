import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cruise } from 'dependency-cruiser';
import type { ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { ROOT } from './e2e/isthmus.ts';

/** One line each that does I/O, reads the clock, or draws randomness without a RandomSource. */
const PLANTED = [
  "import crypto from 'node:crypto'; export const x = crypto.createHash('sha256');",
  "import * as c from 'node:crypto'; export const x = c.createHash('sha256');",
  "import { randomBytes } from 'node:crypto'; export const x = randomBytes(8);",
  "import { randomUUID as id } from 'node:crypto'; export const x = id();",
  "import { generateKeyPairSync } from 'node:crypto'; export const x = generateKeyPairSync('ed25519');",
  "import { createECDH } from 'node:crypto'; export const x = createECDH('secp256k1').generateKeys();",
  "import { createHash } from 'crypto'; export const x = createHash('sha256');",
  "export * from 'node:crypto';",
  "export { randomInt } from 'node:crypto';",
  "export const x = await import('node:crypto');",
  "import nacl from 'tweetnacl'; export const x = nacl.randomBytes(8);",
  "import nacl from 'tweetnacl'; export const x = nacl['randomBytes'](8);",
  "import nacl from 'tweetnacl'; const { randomBytes } = nacl; export const x = randomBytes(8);",
  "import nacl from 'tweetnacl'; nacl.setPRNG(() => undefined);",
  "import nacl from 'tweetnacl'; export const x = nacl.box.keyPair();",
  "import nacl from 'tweetnacl'; export const x = nacl.sign.keyPair();",
  "import nacl from 'tweetnacl'; const { keyPair } = nacl.sign; export const x = keyPair();",
  "import nacl from 'tweetnacl'; const make = nacl.box.keyPair; export const x = make();",
  "import { randomBytes } from '@noble/hashes/utils.js'; export const x = randomBytes(8);",
  "import { asyncBufferFromFile } from 'hyparquet'; export const x = asyncBufferFromFile('a');",
  'export const x = Math.random();',
  'const { random } = Math; export const x = random();',
  'export const x = crypto.randomUUID();',
  'export const x = globalThis.crypto;',
  'export const x = globalThis.performance.now();',
  'export const x = performance.now();',
  'export const x = globalThis.Date.now();',
  'export const x = Date.now();',
  "export const x = Date['now']();",
  'const { now } = Date; export const x = now();',
  'export const x = Date();',
  'export const x = new Date();',
  'const D = Date; export const x = new D();',
  'export const x = Reflect.construct(Date, []) as unknown;',
  'export const x = new Intl.DateTimeFormat().format();',
  'export const x = AbortSignal.timeout(5);',
  'setTimeout(() => undefined, 5);',
  'setImmediate(() => undefined);',
  'export const x = process.env.HOME;',
  'export const x = process.hrtime.bigint();',
  'export const x = global.process;',
  "console.log('hello');",
  'export const x = console;',
  "export const x = await fetch('http://example.org');",
  "export const x = new WebSocket('ws://example.org');",
];

/** Code that core/ may contain. */
const HARMLESS = `
import { createHash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import nacl from 'tweetnacl';
import type { RandomSource } from './source.ts';

export const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
export const signed = (bytes: Uint8Array, key: KeyObject): Uint8Array => sign(null, bytes, key);
export const pair = (random: RandomSource): nacl.SignKeyPair => nacl.sign.keyPair.fromSeed(random.bytes(nacl.sign.seedLength));
export const time = (field: unknown): number =>
  field instanceof Date ? field.getTime() : Math.max(Date.parse(String(field)), new Date(0).getTime(), Date.UTC(2000));
`;

describe('floors: what core/ must not do, eslint refuses', function () {
  this.timeout(120_000);
  // These rules need no types, and a planted file belongs to no program.
  const eslint = new ESLint({ cwd: ROOT, overrideConfig: tseslint.configs.disableTypeChecked });

  const refused = async (code: string, file: string): Promise<readonly string[]> => {
    const [{ messages }] = await eslint.lintText(`${code}\n`, { filePath: join(ROOT, file) });
    for (const { fatal, message } of messages) assert.notEqual(fatal, true, `${code}: ${message}`);
    return messages.map(({ ruleId }) => ruleId ?? '').filter((rule) => rule.startsWith('no-restricted-'));
  };

  for (const line of PLANTED) {
    it(line, async () => {
      assert.notDeepEqual(await refused(line, 'core/random/planted.ts'), []);
      assert.deepEqual(await refused(line, 'server/planted.ts'), [], 'upstairs it may');
    });
  }

  it('whatever the file is called', async () => {
    for (const file of ['core/planted.ts', 'core/a/b/planted.ts', 'core/planted.mjs', 'core/planted.js']) {
      assert.notDeepEqual(await refused('export const x = Date.now();', file), [], file);
    }
  });

  it('and nothing harmless', async () => {
    assert.deepEqual(await refused(HARMLESS, 'core/random/planted.ts'), []);
  });
});

describe('floors: what may not be imported, dependency-cruiser refuses', function () {
  this.timeout(120_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-floors-'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await symlink(join(ROOT, 'package.json'), join(folder, 'package.json'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const ground = ['proto', 'core', 'host', 'server', 'client', 'simulations', 'cli', 'compliance'];
  const harmless: readonly (readonly [file: string, imports: string])[] = [
    ...['node:crypto', 'node:stream', 'tweetnacl', 'zod', '../../proto/ground.ts', '../errors/ground.ts'].map(
      (to) => ['core/claims/up.ts', to] as const,
    ),
    ...['node:fs', 'libsql', 'winston', '../core/ground.ts'].map((to) => ['host/up.ts', to] as const),
    ...['node:fs', 'socket.io', '../core/ground.ts', '../host/ground.ts'].map((to) => ['server/up.ts', to] as const),
    ...['node:fs', 'socket.io-client', '../core/ground.ts', '../host/ground.ts'].map(
      (to) => ['client/up.ts', to] as const,
    ),
    ...['../server/ground.ts', '../client/ground.ts'].map((to) => ['simulations/up.ts', to] as const),
    ...['commander', '../simulations/ground.ts', '../client/ground.ts'].map((to) => ['cli/up.ts', to] as const),
  ];
  const planted: readonly (readonly [file: string, imports: string, rule: string])[] = [
    ['proto/climbs.ts', '../core/ground.ts', 'no-climbing-from-proto'],
    ['core/claims/climbs.ts', '../../server/ground.ts', 'no-climbing-from-core'],
    ['core/claims/climbs-too.ts', '../../client/ground.ts', 'no-climbing-from-core'],
    ['core/claims/climbs-again.ts', '../../host/ground.ts', 'no-climbing-from-core'],
    ['host/climbs.ts', '../server/ground.ts', 'no-climbing-from-host'],
    ['host/climbs-too.ts', '../client/ground.ts', 'no-climbing-from-host'],
    ['server/climbs.ts', '../simulations/ground.ts', 'no-climbing-from--server-client-'],
    ['client/climbs.ts', '../cli/ground.ts', 'no-climbing-from--server-client-'],
    ['simulations/climbs.ts', '../cli/ground.ts', 'no-climbing-from-simulations'],
    ['cli/climbs.ts', '../compliance/ground.ts', 'no-climbing-from-cli'],
    ['server/meets.ts', '../client/ground.ts', 'server-never-meets-client'],
    ['client/meets.ts', '../server/ground.ts', 'client-never-meets-server'],
    ['client/work/knows.ts', '../serving/ground.ts', 'work-never-knows-who-serves'],
    ['core/roomless.ts', '../proto/ground.ts', 'core-every-file-in-a-room'],
    ['core/claims/reads.ts', 'node:fs', 'core-does-no-io'],
    ['core/claims/reads-too.ts', 'fs/promises', 'core-does-no-io'],
    ['core/claims/times.ts', 'node:perf_hooks', 'core-does-no-io'],
    ['core/claims/sleeps.ts', 'node:timers/promises', 'core-does-no-io'],
    ['core/claims/requires.ts', 'node:module', 'core-does-no-io'],
    ['core/claims/listens.ts', 'socket.io', 'core-takes-packages-that-compute'],
    ['core/claims/stores.ts', 'libsql', 'core-takes-packages-that-compute'],
    ['cli/turns.ts', './turns.ts', 'no-cycles'],
    ['cli/unshipped.ts', 'mocha', 'shipped-code-needs-shipped-packages'],
  ];

  it('each by its own rule, and nothing else', async () => {
    const { forbidden, options } = await extractDepcruiseConfig(join(ROOT, '.dependency-cruiser.mjs'));
    assert.ok(forbidden !== undefined);
    const all = [...planted, ...climbsInCore(forbidden.map(({ name }) => name ?? ''))];
    const inCore = all.map(([file]) => dirname(file)).filter((room) => room.startsWith('core/'));
    const rooms = [...new Set([...inCore, 'client/serving'])];
    const files = [...[...ground, ...rooms].map((folder) => [`${folder}/ground.ts`] as const), ...harmless, ...all];
    for (const [file, imports] of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await appendFile(join(folder, file), imports === undefined ? 'export {};\n' : `export * from '${imports}';\n`);
    }
    const settings = { ...options, baseDir: folder, validate: true, ruleSet: { forbidden } };
    const { output } = await cruise(ground, settings);
    const { violations } = (output as ICruiseResult).summary;
    assert.deepEqual(
      violations.map(({ from, rule }) => `${from}: ${rule.name}`).sort(),
      all.map(([file, , rule]) => `${file}: ${rule}`).sort(),
    );
    assert.deepEqual(
      [...new Set(all.map(([, , rule]) => rule))].sort(),
      forbidden.map(({ name }) => name).sort(),
      'every rule has refused something',
    );
  });
});

/**
 * Each room of core/ imports from the next one in the list, which has the same rank or a higher one. The last imports
 * from outside core/.
 */
function climbsInCore(rules: readonly string[]): readonly (readonly [file: string, imports: string, rule: string])[] {
  const order = rules.filter((rule) => rule.startsWith('core-order-'));
  const roomOf = (rule: string): string => rule.slice('core-order-'.length).replace('privacy-', 'privacy/');
  return order.map((rule, at) => {
    const file = `core/${roomOf(rule)}/climbs-in-core.ts`;
    const above = order.at(at + 1);
    const target = above === undefined ? 'core/ground.ts' : `core/${roomOf(above)}/ground.ts`;
    return [file, relative(dirname(file), target), rule] as const;
  });
}
