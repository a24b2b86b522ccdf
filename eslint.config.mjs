import tseslint from 'typescript-eslint';

const pure = 'core/ does no I/O, reads no clock and draws no global randomness: take it as an argument';

/** Doors to the process, the clock, the network and global randomness. */
const impureGlobals = [
  ...['globalThis', 'global', 'window', 'self', 'process', 'console', 'navigator', 'require', 'module'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'performance', 'crypto', 'Temporal'],
  ...['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'BroadcastChannel', 'Worker', 'localStorage'],
];

/** What node:crypto computes from its arguments alone. */
const pureCrypto = [
  ...[
    'createHash',
    'hash',
    'createHmac',
    'createCipheriv',
    'createDecipheriv',
    'hkdfSync',
    'scryptSync',
    'timingSafeEqual',
  ],
  ...['createPrivateKey', 'createPublicKey', 'diffieHellman', 'sign', 'verify', 'KeyObject'],
];

/** Names under which packages draw from a generator of their own: node:crypto, tweetnacl, @noble. */
const draws = '/^(random(Bytes|Int|UUID|Fill.*)|getRandomValues|setPRNG|generate(Key|Prime).*|webcrypto)$/';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'proto/gen/',
      'coverage/',
      'runs/',
      'node_modules/',
      'bench/peers/.venv*/',
      'core/kernels/gen/',
      'core/kernels/assembly/',
    ],
  },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // Bound checks on hot typed-array loops would cost more than they tell.
      '@typescript-eslint/prefer-for-of': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // `core/**`: whatever is linted at all, also a file that is no TypeScript. Generators run at build time alone.
    files: ['core/**', 'proto/**/*.ts'],
    ignores: ['core/kernels/generate.mjs'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals.map((name) => ({ name, message: pure }))],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: pure },
        { object: 'AbortSignal', property: 'timeout', message: pure },
        { object: 'Intl', property: 'DateTimeFormat', message: pure },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            // By name alone, so that nothing else of it comes along under a default or a namespace.
            { name: 'node:crypto', allowImportNames: pureCrypto, message: pure },
            { name: 'crypto', message: 'import it as node:crypto' },
            { name: 'hyparquet', importNames: ['asyncBufferFromFile', 'asyncBufferFromUrl'], message: pure },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: 'core/ imports statically, so that its floors can be checked' },
        // Date only where it cannot read the clock: x instanceof Date, Date.parse, Date.UTC, new Date(something).
        {
          selector:
            "Identifier[name='Date']:not(BinaryExpression[operator='instanceof'] > .right, MemberExpression[computed=false][property.name=/^(parse|UTC)$/] > .object, NewExpression[arguments.length>0] > .callee, TSTypeReference > .typeName)",
          message: pure,
        },
        // Whichever package they come from, and however they are reached.
        { selector: `Identifier[name=${draws}], MemberExpression > Literal.property[value=${draws}]`, message: pure },
        // Without a seed or a secret, tweetnacl draws one.
        {
          selector:
            "MemberExpression[property.name='keyPair']:not(MemberExpression[property.name=/^from(Seed|SecretKey)$/] > .object), Property[key.name='keyPair'], MemberExpression > Literal.property[value='keyPair']",
          message: 'a key pair is made from bytes of a RandomSource: keyPair.fromSeed, keyPair.fromSecretKey',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'compliance/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      'no-console': 'off',
    },
  },
);
