/**
 * Golden digests of everything that leaves a platform at fixed seeds (contributions, opened sums, released codes), and
 * of the scores that a target makes of it. They must stay equal when an encoder's code changes without a change of its
 * results.
 * @module
 */
import { createHash } from 'node:crypto';
import { historyOf, personIndex } from '../../core/data/select.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import type { Contribution } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import { plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { releaseMode } from '../../core/release/registry.ts';
import { fitDecoder } from '../../core/transfer/decoder/decoder.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import type { Encoder, PublicRelease, PublicShape } from '../../core/transfer/encoder.ts';
import { syntheticWorld } from '../../simulations/worlds/synthetic.ts';
import { compareWithKept } from './kept.ts';

const world = syntheticWorld({
  seed: 'departures',
  platforms: ['books', 'films', 'music'],
  persons: 160,
  items: 60,
  overlap: 0.7,
  meanHistory: 10,
  tasteDimensions: 3,
  sharedTaste: 1,
  tasteStrength: 3,
  popularityExponent: 0.5,
});
const [books, films, music] = world.domains;
const split = coldSplit(films, [books], { seed: 1 });
const releases: readonly PublicRelease[] = [
  { mode: 'raw', epsilon0: null },
  { mode: 'ldp', epsilon0: 6 },
  { mode: 'cohort', epsilon0: 4 },
];
const ROUNDS = 2;

describe('golden departures', function () {
  this.timeout(60_000);
  it('contributions, opened sums, released codes and scores of three published encoders', async () => {
    const now: Record<string, unknown> = {};
    for (const name of ['linear-bridge', 'private-subspace', 'shared-trunk']) {
      for (const release of releases) now[`${name}, ${release.mode}`] = await departures(encoderNamed(name), release);
    }
    compareWithKept('departures', now);
  });
});

async function departures(encoder: Encoder, release: PublicRelease): Promise<Record<string, string>> {
  const shape: PublicShape = {
    platforms: [books, split.target, music].map(({ name, catalogue, persons }, index) => ({
      name,
      items: catalogue.length,
      personsAbout: Math.ceil(persons.length / 100) * 100,
      releases: index === 0,
    })),
    maxPlatformsPerPerson: 2,
    rounds: ROUNDS,
    release,
  };
  const shared = encoder.plan(shape);
  const platforms = shape.platforms.map(({ name, personsAbout }) => {
    return { name, personsAbout, queries: encoder.queries(shape, name) };
  });
  const terms = { epsilon: 8, delta: 1e-6, colluding: 0, dropouts: 0, maxPlatformsPerPerson: 2 };
  const plan = planPrivacy({ ...terms, platforms });
  const source = encoder.join({
    domain: books,
    shape,
    plan: shared,
    random: seededRandom(`departures/${books.name}`),
    factorise: factorMemory('departures').factorise,
  });
  const contributed = digest();
  const opened = digest();
  const charged = createChargedSums({
    plan,
    platform: books.name,
    mechanism: discreteGaussian,
    random: seededStreams('departures'),
    charge: ({ label }) => opened.text(label),
  });
  const sums: typeof charged = {
    noiseDeviation: (label) => charged.noiseDeviation(label),
    async release(label, contributions) {
      const sum = await charged.release(label, watched(contributions));
      opened.floats(sum);
      return sum;
    },
  };
  function* watched(contributions: Iterable<Contribution>): Iterable<Contribution> {
    for (const contribution of contributions) {
      if ('blocks' in contribution) {
        for (const { left, right } of contribution.blocks) {
          if (left !== null) contributed.floats(left);
          contributed.floats(right);
        }
      } else {
        if (contribution.indices !== undefined) contributed.floats(Float64Array.from(contribution.indices));
        contributed.floats(contribution.values);
      }
      yield contribution;
    }
  }

  await source.prepare(sums);
  let model = encoder.initialModel(shared, 'departures');
  for (let round = 1; round <= (shared.blocks.length > 0 ? ROUNDS : 0); round++) {
    const sum = plannedSum(plan, books.name, 'round');
    const random = seededRandom(`departures/round ${round}`);
    const accumulator = discreteGaussian.accumulate(sum, random);
    const contributions = source.contributions(model, round) as Iterable<Contribution>;
    for (const contribution of watched(contributions)) accumulator.add(contribution);
    const noised = discreteGaussian.addNoise(sum, accumulator.finish().integers, random);
    opened.floats(noised);
    model = model.map((value, i) => value + discreteGaussian.decode(sum, noised)[i] / shared.denominator);
    await source.adopt(model);
  }
  const prototypes = release.mode === 'cohort' ? await source.prototypes(sums) : undefined;
  const index = personIndex(books);
  const persons = [...split.linked, ...split.cold.map(({ person }) => person)].filter((person) => index.has(person));
  const vectors = persons.map((person) => source.represent(historyOf(books, index.get(person) ?? 0)));
  const dimension = vectors[0].length;
  const mode = releaseMode(release.mode, { epsilon0: release.epsilon0, dimension, ...(prototypes && { prototypes }) });
  const random = seededRandom('departures/release');
  const codes = vectors.map((vector) => mode.release(vector, random) ?? new Float32Array(dimension));
  const released = digest();
  for (const code of codes) released.floats(code);

  const warm = split.linked.length;
  const table = new Float32Array(warm * dimension);
  codes.slice(0, warm).forEach((code, row) => table.set(code, row * dimension));
  const { noiseModel } = mode;
  const linked = persons.slice(0, warm);
  const decoder = fitDecoder(
    {
      domain: split.target,
      random: Prng.fromSource(seededRandom(`departures/${split.target.name}`)),
      factorise: factorMemory('departures').factorise,
    },
    [{ source: books.name, noiseModel, dimension, persons: linked, vectors: table }],
  );
  const scored = digest();
  for (const vector of codes.slice(warm)) scored.floats(decoder.score([{ source: books.name, vector }]));
  return { contributed: contributed.hex(), opened: opened.hex(), released: released.hex(), scored: scored.hex() };
}

interface Digest {
  floats(values: Float32Array | Float64Array): void;
  text(text: string): void;
  hex(): string;
}

function digest(): Digest {
  const hash = createHash('sha256');
  return {
    floats: (values) => void hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
    text: (text) => void hash.update(text),
    hex: () => hash.digest('hex').slice(0, 32),
  };
}
