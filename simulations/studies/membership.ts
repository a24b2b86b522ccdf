/**
 * Can a target tell from a released code whether it is about this person or that one, and whether one item is in a history?
 * @module
 */
import { inferFromCodes } from '../../core/audit/release-inference.ts';
import type { Domain } from '../../core/data/domain.ts';
import { historyOf } from '../../core/data/select.ts';
import { mean } from '../../core/evaluation/results.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { releaseMode } from '../../core/release/registry.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import type { ColdSplit } from '../../core/evaluation/split.ts';
import { federate } from '../in-one-process.ts';
import { domainAt } from './pair.ts';
import { COMPARED_RELEASES } from './release-modes.ts';
import type { Figures, Study } from './study.ts';
import { tasteWorld } from './taste-world.ts';

/** Pairs of persons that are judged, and codes drawn for each side of a pair. */
const PAIRS = 40;
const DRAWS = 400;

export const membership: Study = {
  name: 'membership',
  question:
    'Can a target tell from a released code which of two persons it is about, or whether one item is in a history?',
  reference: 'Yeom, Giacomelli, Fredrikson and Jha, CSF 2018, definition 4 (advantage)',
  metrics: { 'advantage, persons': 'lower', 'advantage, one item': 'lower' },
  method: 'ldp at 2',
  planted: {
    summary: 'persons choose items along their taste, and a public projection is released about each',
    ablation: { method: 'raw vector', off: 'no noise on the released vector' },
    margins: { 'raw vector': 0.5 },
    measure,
  },
  real: [{ name: 'Amazon food', files: ['amazon/food.tsv'], over: ['raw vector'], measure: measureReal }],
  caveats: [
    'The advantage is the share of codes that the attacker recognises less the share of the other’s codes that the attacker takes for them: 1 is certainty, 0 is a guess.',
    'The attacker knows both histories and the encoder. A person’s code is drawn once, so an attacker cannot average several.',
    '`isthmus audit` checks that no attack beats the proven epsilon0; this study shows what the modes leave to an attacker on ordinary persons.',
  ],
};

async function figuresOf(
  source: Domain,
  split: ColdSplit,
  encoder: string,
  epsilon: number | null,
  seed: string,
): Promise<Figures> {
  const prng = new Prng(`membership/${seed}`);
  const { factorise } = factorMemory(seed);
  const long = [...source.persons.keys()].filter((row) => source.offsets[row + 1] - source.offsets[row] >= 3);
  const pairs = Array.from({ length: PAIRS }, () => Array.from(prng.sample(long.length, 2), (at) => long[at]));
  const figures: Record<string, Record<string, number>> = {};
  for (const [name, release] of Object.entries(COMPARED_RELEASES)) {
    const options = {
      encoder: encoderNamed(encoder),
      sources: [source],
      split,
      epsilon,
      delta: 1e-6,
      seed,
      release,
      factorise,
    };
    const { received, represent } = await federate(options);
    const { prototypes } = received[0].noiseModel;
    const of = (items: Uint32Array): Float32Array => represent(source.name, { items });
    const historyAt = (row: number): Uint32Array => historyOf(source, row).items;
    const advantage = (pair: readonly number[], other: Float32Array): number => {
      const one = of(historyAt(pair[0]));
      const mode = releaseMode(release.mode, {
        epsilon0: release.epsilon0,
        dimension: one.length,
        ...(prototypes && { prototypes }),
      });
      const random = seededRandom(`membership/${seed}/${name}/${pair.join('/')}`);
      const { mistaken, recognised } = inferFromCodes({ mode, one, other, draws: DRAWS, significance: 0.05, random });
      return recognised - mistaken;
    };
    figures[name] = {
      'advantage, persons': mean(pairs.map((pair) => advantage(pair, of(historyAt(pair[1]))))),
      'advantage, one item': mean(pairs.map((pair) => advantage(pair, of(historyAt(pair[0]).subarray(1))))),
    };
  }
  return figures;
}

function measure(seed: string): Promise<Figures> {
  const { source, split } = tasteWorld(`membership/${seed}`);
  return figuresOf(source, split, 'projection', null, seed);
}

/** Only what leaves the source is needed, so an empty platform is the target. */
async function measureReal(folder: string, seed: string): Promise<Figures> {
  const source = await domainAt(folder, 'amazon/food.tsv');
  const linked = source.persons.slice(0, 2);
  const target: Domain = {
    name: 'target',
    persons: linked,
    catalogue: ['item'],
    offsets: Uint32Array.of(0, 1, 2),
    items: Uint32Array.of(0, 0),
  };
  const split: ColdSplit = { target, cold: [], warm: linked, linked, unmetPositives: 0 };
  return figuresOf(source, split, 'private-subspace', 4, seed);
}
