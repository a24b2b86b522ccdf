/**
 * Cases that take long: `npm run test:long` runs them beside all others, and `npm test` leaves them out. A file of such cases
 * alone is in test/long.
 */
const ignored = (): void => undefined;

export const longIt = (process.env.ISTHMUS_LONG === '1' ? it : ignored) as Mocha.TestFunction;
