/**
 * Writes sums as an adversary opens them, less the plain sums, and how far one person moves them, one JSON line each, for
 * check_sums.py. Rounds go through `computeUpdate` and a session of the masked sum, a platform's own sums through
 * `createChargedSums`; persons' contributions are made up, as long and as short as they can be.
 *
 * With `--versions` it does so in every version of federations that have several, and compares what a platform releases again
 * in a later version with what it released before.
 */
import { computeUpdate } from '../../client/rounds/update.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import type { Contribution, PlannedSum, PrivacyMechanism } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { centre } from '../../core/privacy/mechanism/ring.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import type { PlatformModel } from '../../core/transfer/encoder.ts';
import { run } from '../../test/secagg/federation.ts';
import { generatedFederation, generatedVersions } from './federations.ts';
import { tracing } from './traced.ts';
import type { TracedRelease } from './traced.ts';
import { count, flag, readOptions } from '../options.ts';

const flags = readOptions(
  {
    measures: 'Writes sums as an adversary opens them, for check_sums.py, as lines of JSON.',
    examples: ['node --import=tsx bench/oracle/sums.ts --first 1 --count 12'],
  },
  {
    first: count('the first federation', 1),
    count: count('federations', 12),
    repeats: count('releases of each sum', 200),
    versions: flag('federations that have several versions'),
  },
);
const { repeats } = flags;
/** Most samples of one own sum: a sum with many coordinates is released less often, but at least 20 times. */
const MOST_SAMPLES = 200_000;

/** The mechanism without its noise. With the same seed it draws the same persons and rounds them in the same way. */
function withoutNoise(mechanism: PrivacyMechanism): PrivacyMechanism {
  return { ...mechanism, addNoise: (_sum, integers) => integers };
}

/** Persons of every length: along one coordinate, along all, far beyond the clip, within it, with nothing. */
function people(dimension: number, seed: string): readonly Contribution[] {
  const prng = new Prng(seed);
  return Array.from({ length: 12 }, (_, at) => {
    const values = new Float32Array(dimension);
    if (at % 3 === 0) values[prng.integer(dimension)] = at % 2 === 0 ? 1e6 : 0.01;
    else if (at % 3 === 1)
      for (let j = 0; j < dimension; j++) values[j] = prng.gaussian() * (at % 2 === 0 ? 1e3 : 1e-3);
    return { values };
  });
}

async function update(
  plan: FederationPlan,
  platform: string,
  contributions: readonly Contribution[],
  seed: string,
  mechanism: PrivacyMechanism,
): Promise<Uint32Array> {
  const model: Pick<PlatformModel, 'contributions'> = { contributions: () => contributions };
  const { vector } = await computeUpdate({
    plan,
    platform,
    model: model as PlatformModel,
    shared: firstModel(plan),
    round: 1,
    mechanism,
    random: seededRandom(`${seed} ${platform}`),
    signal: new AbortController().signal,
    onContribution: () => undefined,
  });
  return vector;
}

/** Opens a masked sum over these platforms, as the coordinator does. */
function opened(plan: FederationPlan, updates: readonly Uint32Array[], seed: string): Float64Array {
  const { ringBits, threshold } = plan.privacy;
  const { sum } = run(updates.length, {
    seed,
    parameters: {
      vectorLength: plan.parameters,
      chunkLength: 1024,
      ringBits,
      threshold: Math.min(threshold, updates.length),
    },
    update: (id) => updates[Number(id.slice(1))],
  });
  if (sum === null) throw new Error('the sum was not opened');
  return centre(sum, ringBits);
}

async function rounds(name: string, plan: FederationPlan): Promise<void> {
  const names = plan.manifest.platforms.map((platform) => platform.name);
  const length = plan.parameters - (plan.privacy.sums[names[0]].some(({ adaptiveClip }) => adaptiveClip) ? 1 : 0);
  const crowd = people(length, name);
  const rows: number[][] = [];
  let variance = 0;
  for (let at = 0; at < repeats; at++) {
    const releases: TracedRelease[] = [];
    const mechanism = tracing(releases);
    const noised: Uint32Array[] = [];
    const plain = new Float64Array(plan.parameters);
    for (const platform of names) {
      const seed = `${name} ${at}`;
      noised.push(await update(plan, platform, crowd, seed, mechanism));
      const without = centre(await update(plan, platform, crowd, seed, withoutNoise(mechanism)), plan.privacy.ringBits);
      without.forEach((value, j) => (plain[j] += value));
    }
    variance = releases.reduce((sum, release) => sum + release.variance, 0);
    rows.push(Array.from(opened(plan, noised, `${name} ${at}`), (value, j) => value - plain[j]));
  }
  console.log(JSON.stringify({ name, sum: 'round', variance, rows }));
  for (const platform of names) {
    const releases: TracedRelease[] = [];
    const mechanism = tracing(releases);
    // The clip in force, as a release with noise uses it.
    await update(plan, platform, [], 'clip', mechanism);
    const squares: string[] = [];
    for (let at = 0; at < 40; at++) {
      const seed = `moved ${at}`;
      const [with_, without] = [[...crowd, far(length, at)], crowd].map((all) =>
        update(plan, platform, all, seed, withoutNoise(mechanism)),
      );
      const moved = differenceOf(
        centre(await with_, plan.privacy.ringBits),
        centre(await without, plan.privacy.ringBits),
      );
      squares.push(moved);
    }
    const isWhole = plan.privacy.sums[platform].every(({ adaptiveClip }) => (adaptiveClip?.quantile ?? 1) >= 0.5);
    console.log(
      JSON.stringify({ name, sum: 'round', platform, integerClip: releases[0].integerClip, isWhole, moved: squares }),
    );
  }
}

/** The longest contribution of a person, along one coordinate or along all of them. */
function far(dimension: number, at: number): Contribution {
  const prng = new Prng(`far ${at}`);
  const values = new Float32Array(dimension);
  if (at % 2 === 0) values[prng.integer(dimension)] = prng.uniform() < 0.5 ? -1e6 : 1e6;
  else for (let j = 0; j < dimension; j++) values[j] = 1e6 * prng.gaussian();
  return { values };
}

/** Exact square of the distance, as text. */
function differenceOf(a: Float64Array, b: Float64Array): string {
  let square = 0n;
  a.forEach((value, j) => (square += BigInt(value - b[j]) ** 2n));
  return square.toString();
}

async function ownSums(name: string, plan: FederationPlan): Promise<void> {
  const newOf = (platform: string): readonly PlannedSum[] =>
    plan.privacy.sums[platform].filter(
      ({ scope, version }) => scope === 'platform' && version === plan.privacy.version,
    );
  const releasing = plan.shape.platforms.find((one) => one.releases && newOf(one.name).length > 0);
  if (releasing === undefined) return;
  for (const sum of newOf(releasing.name)) {
    const crowd = people(sum.dimension, sum.label);
    const rows: number[][] = [];
    let traced: TracedRelease | undefined;
    for (let at = 0; at < Math.max(20, Math.min(repeats, MOST_SAMPLES / sum.dimension)); at++) {
      const releases: TracedRelease[] = [];
      const mechanism = tracing(releases);
      const noised = await release(plan, releasing.name, sum, crowd, `${name} ${at}`, mechanism);
      const plain = await release(plan, releasing.name, sum, crowd, `${name} ${at}`, withoutNoise(mechanism));
      rows.push(Array.from(noised, (value, j) => value - plain[j]));
      [traced] = releases;
    }
    if (traced === undefined) continue;
    console.log(JSON.stringify({ name, sum: sum.label, variance: traced.variance, rows }));
    const moved: string[] = [];
    for (let at = 0; at < 20; at++) {
      const mechanism = withoutNoise(tracing([]));
      const [more, less] = [[...crowd, far(sum.dimension, at)], crowd].map((all) =>
        release(plan, releasing.name, sum, all, `moved ${at}`, mechanism),
      );
      moved.push(differenceOf(await more, await less));
    }
    const { integerClip } = traced;
    console.log(JSON.stringify({ name, sum: sum.label, platform: releasing.name, integerClip, isWhole: true, moved }));
  }
}

/** One platform over all versions: its state, and the values that left it. */
class Releasing {
  readonly #kept = createMemoryStore().sums;
  readonly #left = new Map<string, Float64Array>();

  /** Releases every own sum of this version. Seeds differ by version, so that a sum that is drawn again differs. */
  async release(plan: FederationPlan, platform: string): Promise<{ again: number; changed: number; drawn: number }> {
    const { version } = plan.privacy;
    const sums = createChargedSums({
      plan: plan.privacy,
      platform,
      mechanism: discreteGaussian,
      random: seededStreams(`version ${version} ${platform}`),
      charge: () => undefined,
      drawn: this.#kept,
    });
    const counts = { again: 0, changed: 0, drawn: 0 };
    for (const sum of plan.privacy.sums[platform].filter(({ scope }) => scope === 'platform')) {
      for (let repetition = 1; repetition <= sum.repetitions; repetition++) {
        const released = await sums.release(sum.label, people(sum.dimension, `${sum.label} ${version}`));
        const key = `${sum.label} ${repetition}`;
        const before = this.#left.get(key);
        if (before === undefined) counts.drawn += 1;
        else counts.again += 1;
        if (before !== undefined && before.some((value, j) => value !== released[j])) counts.changed += 1;
        this.#left.set(key, released);
      }
    }
    return counts;
  }
}

/** Releases a sum once. @returns the values in integer units. */
async function release(
  plan: FederationPlan,
  platform: string,
  sum: PlannedSum,
  contributions: readonly Contribution[],
  seed: string,
  mechanism: PrivacyMechanism,
): Promise<Float64Array> {
  const sums = createChargedSums({
    plan: plan.privacy,
    platform,
    mechanism,
    random: seededStreams(seed),
    charge: () => undefined,
  });
  const released = await sums.release(sum.label, contributions);
  return released.map((value) => value * sum.scale);
}

const { first } = flags;
for (let seed = first; seed < first + flags.count; seed++) {
  const federation = flags.versions ? generatedVersions(seed) : generatedFederation(seed);
  if (federation === undefined) continue;
  const platforms = new Map<string, Releasing>();
  for (const manifest of federation.versions) {
    const name = flags.versions ? `${federation.name}, version ${manifest.version}` : federation.name;
    const plan = planFederation(manifest);
    if (plan.parameters > 0) await rounds(name, plan);
    await ownSums(name, plan);
    for (const { name: platform } of manifest.platforms) {
      const state = platforms.get(platform) ?? new Releasing();
      platforms.set(platform, state);
      console.log(JSON.stringify({ name, platform, ...(await state.release(plan, platform)) }));
    }
  }
}
