module.exports = {
  extension: ['ts'],
  'node-option': ['import=./test/typescript.mjs'],
  // Kernels of older sources are made again before any test loads them.
  require: ['./core/kernels/generate.mjs'],
  timeout: 60_000,
  forbidOnly: true,
  // Where the real data is at hand, a test that skips it is a failure.
  forbidPending: process.env.ISTHMUS_DATA !== undefined,
};
