module.exports = {
  extension: ['ts'],
  'node-option': ['import=tsx'],
  timeout: 20_000,
  forbidOnly: true,
  // Where the real data is at hand, a test that skips it is a failure.
  forbidPending: process.env.ISTHMUS_DATA !== undefined,
};
