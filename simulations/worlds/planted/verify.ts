/**
 * Runs a piece on its planted world, and the same with its mechanism switched off.
 * @module
 */
import type { ColdPerson } from '../../../core/data/cold-person.ts';
import type { Domain } from '../../../core/data/domain.ts';
import { evaluateColdStart } from '../../../core/evaluation/evaluate.ts';
import type { Evaluation } from '../../../core/evaluation/evaluate.ts';
import { pairedGain } from '../../../core/evaluation/gains.ts';
import { gains } from '../../../core/evaluation/metrics.ts';
import { uniformNegatives } from '../../../core/evaluation/negatives.ts';
import { Prng } from '../../../core/random/prng.ts';
import { seededRandom } from '../../../core/random/seeded.ts';
import { baselineNamed } from '../../../core/transfer/baselines/registry.ts';
import { encoderNamed } from '../../../core/transfer/compose.ts';
import { fitDecoders } from '../../../core/transfer/decoder/decoder.ts';
import { fineTune } from '../../../core/transfer/decoder/own-items.ts';
import { factorMemory } from '../../../core/transfer/decoder/target-factors.ts';
import { encoderAblations } from '../../../core/transfer/expression.ts';
import type { Factorise } from '../../../core/transfer/factors/factor-memory.ts';
import { DEFAULT_DECODER, decoderNamed, spaces } from '../../../core/transfer/readouts/registry.ts';
import { decodersOf, federate } from '../../in-one-process.ts';
import type { EncoderPlant, Margins, Plant } from './plants.ts';

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
  /** Gain over the default readout; absent for encoders, because that readout reads them. */
  readonly overRidge?: PlantedGain;
}

const NEGATIVES = 49;

/** Seeds of the verification. Neither a world nor a margin was set on them. */
export const VERIFY_SEEDS: readonly string[] = ['four', 'five', 'six'];

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;

/** "+.123 [+.100, +.150]" */
export function gainText({ mean, low, high }: PlantedGain): string {
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]`.replaceAll('0.', '.');
}

/** The ranks of one seed. */
interface Run {
  readonly own: Evaluation;
  readonly off: Evaluation;
  readonly prior: Evaluation;
  readonly ridge?: Evaluation;
}

export async function verify(plant: Plant | EncoderPlant, seeds: readonly string[]): Promise<Verified> {
  const what = offOf(plant);
  if (what === undefined) throw new RangeError(`${plant.method} has no ablation: add one beside it`);
  const runs: Run[] = [];
  for (const seed of seeds) runs.push(await runOf(plant, seed));
  const over = (a: (run: Run) => Evaluation, b: typeof a): PlantedGain =>
    pooled(runs.map((run) => pairedGain(a(run), b(run), (rank) => gains.ndcg(rank, 10))));
  const own = ({ own: one }: Run): Evaluation => one;
  const off = ({ off: one }: Run): Evaluation => one;
  const prior = ({ prior: one }: Run): Evaluation => one;
  return {
    method: plant.method,
    world: plant.world.name,
    off: what,
    overPrior: over(own, prior),
    overAblation: over(own, off),
    ablationOverPrior: over(off, prior),
    ...(!('encoder' in plant) && { overRidge: over(own, ({ ridge, own: one }) => ridge ?? one) }),
  };
}

function offOf(plant: Plant | EncoderPlant): string | undefined {
  if ('encoder' in plant) return encoderOff(plant);
  if (plant.method === fineTune.name) return fineTune.ablation.off;
  return decoderNamed(`${decoderOf(plant)}~${partOf(plant)}`).off;
}

function runOf(plant: Plant | EncoderPlant, seed: string): Run | Promise<Run> {
  if ('encoder' in plant) return runEncoders(plant, seed);
  return plant.method === fineTune.name ? runFirstItems(plant, seed) : runDecoders(plant, seed);
}

/** Items of each cold person that are known in the world of fine-tuning. */
const FIRST_ITEMS = 3;

/** With and without what was transferred, after the first items; `ridge` is the transferred vector alone. */
function runFirstItems({ world }: Plant, seed: string): Run {
  const { cold, received, releasedOf, target } = world.make(seed);
  const { factorise } = factorMemory(seed);
  const first = new Map(cold.map(({ person, positives }) => [person, positives.subarray(0, FIRST_ITEMS)]));
  const later = cold.map((one) => ({ ...one, positives: one.positives.subarray(FIRST_ITEMS) }));
  const ranked = ranking(target, later, seed);
  const [decoder] = fitDecoders({ domain: target, factorise, random: new Prng(seed) }, received, [DEFAULT_DECODER]);
  // A person's own items are not recommended.
  const of = (score: (person: string, own: Uint32Array) => Float32Array): Evaluation =>
    ranked((person) => {
      const own = first.get(person) ?? new Uint32Array(0);
      const scores = score(person, own).slice();
      for (const item of own) scores[item] = -Infinity;
      return scores;
    });
  const prior = priorOf(target, target.persons, factorise, seed);
  return {
    own: of((person, own) => decoder.score(releasedOf(person), own)),
    off: of((_, own) => decoder.score([], own)),
    ridge: of((person) => decoder.score(releasedOf(person))),
    prior: of((person) => prior(person)),
  };
}

const isSpace = ({ method }: Plant): boolean => spaces.some(({ name }) => name === method);

/** A readout over the first space, or the default readout over a space. */
const decoderOf = (plant: Plant): string => (isSpace(plant) ? `${DEFAULT_DECODER}@${plant.method}` : plant.method);

const partOf = (plant: Plant): string => (isSpace(plant) ? 'space' : 'readout');

function runDecoders(plant: Plant, seed: string): Run {
  const { cold, received, releasedOf, target } = plant.world.make(seed);
  const { factorise } = factorMemory(seed);
  const ranked = ranking(target, cold, seed);
  const context = { domain: target, factorise, random: new Prng(seed) };
  const methods = [decoderOf(plant), `${decoderOf(plant)}~${partOf(plant)}`, DEFAULT_DECODER];
  const [own, off, ridge] = fitDecoders(context, received, methods).map((decoder) =>
    ranked((person) => decoder.score(releasedOf(person))),
  );
  return { own, off, ridge, prior: ranked(priorOf(target, target.persons, factorise, seed)) };
}

/** The encoder with the piece's mechanism switched off. */
const withoutPiece = ({ encoder, method }: EncoderPlant): string => `${encoder}~${method}`;

function encoderOff(plant: EncoderPlant): string | undefined {
  if (plant.ablation !== undefined) return plant.ablation.off;
  return encoderAblations(plant.encoder).find(({ expression }) => expression === withoutPiece(plant))?.off;
}

async function runEncoders(plant: EncoderPlant, seed: string): Promise<Run> {
  const { sources, split, vocabulary } = plant.world.make(seed);
  const { factorise } = factorMemory(seed);
  const ranked = ranking(split.target, split.cold, seed);
  const ranksWith = async (
    expression: string,
    changes: Readonly<Record<string, unknown>> = {},
  ): Promise<Evaluation> => {
    const federated = await federate({
      encoder: encoderNamed(expression, { ...plant.settings, ...changes }),
      sources,
      split,
      epsilon: plant.epsilon,
      delta: 1e-6,
      seed,
      rounds: plant.rounds ?? 0,
      factorise,
      ...(vocabulary !== undefined && { vocabulary }),
    });
    const [decoder] = decodersOf(federated, { split, factorise, seed }, [plant.decoder ?? DEFAULT_DECODER]);
    return ranked((person) => decoder.score(federated.releasedOf(person)));
  };
  return {
    own: await ranksWith(plant.encoder),
    off: await (plant.ablation ? ranksWith(plant.encoder, plant.ablation.settings) : ranksWith(withoutPiece(plant))),
    prior: ranked(priorOf(split.target, split.linked, factorise, seed)),
  };
}

function ranking(
  target: Domain,
  cold: readonly ColdPerson[],
  seed: string,
): (score: (person: string) => Float32Array) => Evaluation {
  const negatives = [uniformNegatives({ target, n: NEGATIVES, seed })];
  const items = target.catalogue.length;
  return (score) => evaluateColdStart({ scorer: (_, { person }) => score(person), cold, items, negatives, seed })[0];
}

function priorOf(
  target: Domain,
  linked: readonly string[],
  factorise: Factorise,
  seed: string,
): (person: string) => Float32Array {
  return baselineNamed('prior').fit({ target, linked, sources: [], random: seededRandom(seed), factorise });
}

/** True if each interval lies above its margin. */
export function keepsMargins({ overAblation, overPrior, overRidge }: Verified, plant: Margins): boolean {
  return (
    overPrior.low > plant.overPrior &&
    overAblation.low > plant.overAblation &&
    (plant.overRidge === undefined || (overRidge !== undefined && overRidge.low > plant.overRidge))
  );
}

/** The mean over seeds; their errors are independent. */
function pooled(seeds: readonly PlantedGain[]): PlantedGain {
  const mean = seeds.reduce((sum, gain) => sum + gain.mean, 0) / seeds.length;
  const half = Math.sqrt(seeds.reduce((sum, { high, low }) => sum + ((high - low) / 2) ** 2, 0)) / seeds.length;
  return { mean, low: mean - half, high: mean + half };
}
