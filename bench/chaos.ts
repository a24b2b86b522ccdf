/**
 * Rounds under fire, in one process: `node --import tsx bench/chaos.ts [platforms] [rounds] [deaths] [parameters]`.
 * In each round so many platforms die at random moments and start anew; every model is checked against the plain sum.
 */
import { chaos } from '../test/server/chaos.ts';

const [platforms = 30, rounds = 100, deaths = 5, parameters = 1000] = process.argv.slice(2).map(Number);
const dropouts = Math.ceil(platforms / 3) - 1;
const { completed, outcomes, seconds } = await chaos({ platforms, rounds, deaths, parameters, dropouts, seed: 1 });
console.log(
  `${completed} of ${rounds} rounds completed; attempts: ${JSON.stringify(outcomes)}; ${seconds.toFixed(1)} s`,
);
process.exit(completed === rounds ? 0 : 1);
