/**
 * Measures the processor seconds of a round of the shared trunk, split by stage, in one process on synthetic persons. Its quality:
 * bench/transfer.ts --strategies private-subspace,shared-trunk --pair beauty,sports,toys --epsilon 4,none
 */
import { flowerRound, peerIsInstalled } from './secagg/peer.ts';
import { trunkShapeOf } from '../core/transfer/trunk/network.ts';
import { serverOptimiser } from '../core/federation/optimiser.ts';
import { createChargedSums } from '../core/privacy/plan/charged-sums.ts';
import { discreteGaussian } from '../core/privacy/mechanism/pipeline.ts';
import { planPrivacy } from '../core/privacy/plan/plan.ts';
import { plannedSum } from '../core/privacy/plan/plan-lookups.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import { seededRandom } from '../core/random/seeded.ts';
import { seededStreams } from '../core/random/streams.ts';
import { encoderNamed } from '../core/transfer/compose.ts';
import type { PublicShape } from '../core/transfer/encoder.ts';
import { syntheticWorld } from '../simulations/worlds/synthetic.ts';
import { count, readOptions } from './options.ts';

const options = readOptions(
  {
    measures:
      'Measures the processor seconds of a round of the shared trunk, split by stage, in one process on synthetic persons.',
    examples: [
      'npx tsx bench/trunk.ts --platforms 1 --persons 36000',
      'npx tsx bench/trunk.ts --platforms 50 --persons 400 --hidden 1462        a trunk of 100,000 parameters',
    ],
    more: "After bench/peers/install-flower-peer.sh, it sets a round beside Flower's client on the same network without any privacy.",
  },
  {
    platforms: count('in a round', 3),
    persons: count('of each', 2000),
    items: count('of each', 500),
    hidden: count('units of the hidden layer', 32),
    rounds: count('how many', 3),
  },
);

/** Processor time of this process. Unlike the time of a clock, it does not depend on other processes. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const { persons, platforms, rounds } = options;
const { domains } = syntheticWorld({
  seed: 'trunk',
  platforms: Array.from({ length: Math.max(3, platforms) }, (_, i) => `platform-${i + 1}`),
  persons,
  items: options.items,
  overlap: 0.3,
  meanHistory: 9,
  tasteDimensions: 6,
  sharedTaste: 0.8,
  tasteStrength: 2,
  popularityExponent: 0.7,
});
const sharedTrunk = encoderNamed('shared-trunk', { 'autoencoder.hidden': options.hidden });
const shape: PublicShape = {
  platforms: domains.map(({ name, catalogue }) => ({
    name,
    items: catalogue.length,
    personsAbout: persons,
    releases: true,
  })),
  maxPlatformsPerPerson: 2,
  rounds,
};
const plan = sharedTrunk.plan(shape);
const privacy = planPrivacy({
  epsilon: 4,
  delta: 1e-6,
  colluding: 0,
  dropouts: 0,
  maxPlatformsPerPerson: 2,
  platforms: shape.platforms.map(({ name, personsAbout }) => ({
    name,
    personsAbout,
    queries: sharedTrunk.queries(shape, name),
  })),
});
const optimiser = serverOptimiser(plan.optimiser);
let shared = sharedTrunk.initialModel(plan, 'a public seed');
let state = optimiser.initialState(shared.length);
const sum = plannedSum(privacy, domains[0].name, 'round');

const { factorise } = factorMemory('a public seed');
const timed = domains.slice(0, platforms);
const started = cpuMs();
const models = timed.map((domain) =>
  sharedTrunk.join({ domain, shape, plan, random: seededRandom(domain.name), factorise }),
);
for (const [p, model] of models.entries()) {
  const random = seededStreams(`noise ${timed[p].name}`);
  const { name } = timed[p];
  await model.prepare(
    createChargedSums({ plan: privacy, platform: name, mechanism: discreteGaussian, random, charge: () => undefined }),
  );
}
const preparing = (cpuMs() - started) / 1000 / platforms;
console.log(
  `${platforms} platforms x ${persons} persons, ${shared.length} parameters; ` +
    `preparing: ${preparing.toFixed(2)} s per platform`,
);

const perRound: number[] = [];
for (let round = 1; round <= rounds; round++) {
  const spent = { train: 0, bound: 0, noise: 0, step: 0 };
  const total = new Float64Array(shared.length);
  for (const [p, model] of models.entries()) {
    const random = seededRandom(`round ${round} ${timed[p].name}`);
    const accumulator = discreteGaussian.accumulate(sum, random);
    let mark = cpuMs();
    // Two passes: a clock that is read for every person costs as much as a tenth of the round.
    let updates = 0;
    for await (const update of model.contributions(shared, round)) updates += Number('blocks' in update);
    if (updates === 0) throw new Error('nobody taught the trunk anything');
    const training = cpuMs() - mark;
    mark = cpuMs();
    for await (const contribution of model.contributions(shared, round)) accumulator.add(contribution);
    const { integers } = accumulator.finish();
    spent.train += training;
    spent.bound += cpuMs() - mark - training;
    mark = cpuMs();
    const noised = discreteGaussian.addNoise(sum, integers, random);
    for (let i = 0; i < total.length; i++) total[i] += noised[i];
    spent.noise += cpuMs() - mark;
  }
  const mark = cpuMs();
  const mean = discreteGaussian.decode(sum, total).map((value) => value / plan.denominator);
  ({ model: shared, state } = optimiser.step(shared, mean, state));
  spent.step = cpuMs() - mark;
  const all = Object.entries(spent).map(([stage, ms]) => `${stage} ${(ms / 1000).toFixed(2)} s`);
  const sumOf = Object.values(spent).reduce((a, b) => a + b, 0) / 1000;
  perRound.push(sumOf);
  console.log(
    `round ${round}: ${sumOf.toFixed(2)} s in all, ${(sumOf / platforms).toFixed(3)} s per platform: ${all.join(', ')}`,
  );
}

if (peerIsInstalled()) {
  const ours = perRound.slice(1).sort((a, b) => a - b)[Math.floor((rounds - 1) / 2)];
  const peer = (await flowerRound({ clients: platforms, persons, ...trunkShapeOf(plan.blocks) })).cpuMs / 1000;
  console.log(
    `Flower's client without privacy: ${peer.toFixed(2)} s; ours / Flower: ${(ours / peer).toFixed(2)} (median round)`,
  );
} else console.log('no peer: bench/peers/install-flower-peer.sh installs Flower');
