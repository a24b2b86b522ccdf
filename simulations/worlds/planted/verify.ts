/**
 * Runs a readout or an item space on its planted world, and the same with its mechanism switched off.
 * @module
 */
import { evaluateColdStart } from '../../../core/evaluation/evaluate.ts';
import type { Evaluation } from '../../../core/evaluation/evaluate.ts';
import { pairedGain } from '../../../core/evaluation/gains.ts';
import { gains } from '../../../core/evaluation/metrics.ts';
import { uniformNegatives } from '../../../core/evaluation/negatives.ts';
import { Prng } from '../../../core/random/prng.ts';
import { seededRandom } from '../../../core/random/seeded.ts';
import { baselineNamed } from '../../../core/transfer/baselines/registry.ts';
import { fitDecoders } from '../../../core/transfer/decoder/decoder.ts';
import { factorMemory } from '../../../core/transfer/decoder/target-factors.ts';
import { DEFAULT_DECODER, decoderNamed, spaces } from '../../../core/transfer/readouts/registry.ts';
import type { DecoderMethod } from '../../../core/transfer/readouts/registry.ts';
import type { Plant } from './plants.ts';

export interface PlantedGain {
  readonly mean: number;
  /** 95 % interval over the persons of all seeds. */
  readonly low: number;
  readonly high: number;
}

export interface Verified {
  readonly method: string;
  readonly world: string;
  /** The mechanism that the ablation switches off. */
  readonly off: string;
  readonly overPrior: PlantedGain;
  readonly overAblation: PlantedGain;
  /** Remaining share of the gain over the prior without the mechanism. */
  readonly ablationOverPrior: PlantedGain;
  /** Over the default readout; zero for the default itself. */
  readonly overRidge: PlantedGain;
}

const NEGATIVES = 49;

/** No world and no margin was set on these. */
export const VERIFY_SEEDS: readonly string[] = ['four', 'five', 'six'];

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;

/** "+.123 [+.100, +.150]" */
export function gainText({ mean, low, high }: PlantedGain): string {
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]`.replaceAll('0.', '.');
}

/** A readout over the first space, or the default readout over a space. */
function variantsOf(name: string): { readonly own: DecoderMethod; readonly off: DecoderMethod; readonly what: string } {
  const space = spaces.find((one) => one.name === name);
  const own = decoderNamed(space === undefined ? name : `${DEFAULT_DECODER}@${name}`);
  if (space === undefined) {
    const { ablation } = own.readout;
    if (ablation !== undefined) return { own, off: { ...own, readout: ablation.readout }, what: ablation.off };
  } else if (space.ablation !== undefined) {
    return { own, off: { ...own, space: space.ablation.space }, what: space.ablation.off };
  }
  throw new RangeError(`${name} has no ablation: add one beside it`);
}

export function verify({ method: name, world }: Plant, seeds: readonly string[]): Verified {
  const variants = variantsOf(name);
  const runs = seeds.map((seed) => {
    const trial = world.make(seed);
    const { cold, received, releasedOf, target } = trial;
    const { factorise } = factorMemory(seed);
    const negatives = [uniformNegatives({ target, n: NEGATIVES, seed })];
    const ranked = (score: (person: string) => Float32Array): Evaluation =>
      evaluateColdStart({
        scorer: (_, { person }) => score(person),
        cold,
        items: target.catalogue.length,
        negatives,
        seed,
      })[0];
    const context = { domain: target, factorise, random: new Prng(seed) };
    const methods = [variants.own, variants.off, DEFAULT_DECODER];
    const [own, off, ridge] = fitDecoders(context, received, methods).map((decoder) =>
      ranked((person) => decoder.score(releasedOf(person))),
    );
    const random = seededRandom(seed);
    const prior = baselineNamed('prior').fit({ target, linked: target.persons, sources: [], random, factorise });
    return { own, off, ridge, prior: ranked(prior) };
  });
  const over = (a: (run: (typeof runs)[number]) => Evaluation, b: typeof a): PlantedGain =>
    pooled(runs.map((run) => pairedGain(a(run), b(run), (rank) => gains.ndcg(rank, 10))));
  return {
    method: name,
    world: world.name,
    off: variants.what,
    overPrior: over(
      ({ own }) => own,
      ({ prior }) => prior,
    ),
    overAblation: over(
      ({ own }) => own,
      ({ off }) => off,
    ),
    ablationOverPrior: over(
      ({ off }) => off,
      ({ prior }) => prior,
    ),
    overRidge: over(
      ({ own }) => own,
      ({ ridge }) => ridge,
    ),
  };
}

/** True if each interval lies above its margin. */
export function keepsMargins({ overAblation, overPrior, overRidge }: Verified, plant: Plant): boolean {
  return (
    overPrior.low > plant.overPrior &&
    overAblation.low > plant.overAblation &&
    (plant.overRidge === undefined || overRidge.low > plant.overRidge)
  );
}

/** The mean over seeds; their errors are independent. */
function pooled(seeds: readonly PlantedGain[]): PlantedGain {
  const mean = seeds.reduce((sum, gain) => sum + gain.mean, 0) / seeds.length;
  const half = Math.sqrt(seeds.reduce((sum, { high, low }) => sum + ((high - low) / 2) ** 2, 0)) / seeds.length;
  return { mean, low: mean - half, high: mean + half };
}
