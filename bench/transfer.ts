/**
 * Measures strategies and baselines on real data, in one process.
 *
 *   ISTHMUS_DATA=<folder> npx tsx bench/transfer.ts --pair sports,toys --strategies linear-bridge,private-subspace \
 *     --epsilon 4 --seeds 10
 *
 * The last name of --pair is the target, the names before it are sources. --epsilon none runs without noise. --settings
 * takes JSON for every strategy named. --release raw,ldp,cohort --epsilon0 8,4,2 runs every local mode at every eps0.
 * --rounds 0,5 is for strategies that share a model. --seeds 10 means seeds 1 to 10, --seeds 11-13 means those three.
 * --published measures the game-video split. --out FILE keeps every seed's figures (JSON lines, written as seeds end),
 * which bench/transfer/shares.ts reads.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { ColdPerson } from '../core/data/cold-person.ts';
import type { Domain } from '../core/data/domain.ts';
import { popularityNegatives, uniformNegatives } from '../core/evaluation/negatives.ts';
import type { Negatives } from '../core/evaluation/negatives.ts';
import { gameVideoNegatives } from '../core/evaluation/published.ts';
import { coldSplit } from '../core/evaluation/split.ts';
import type { ColdSplit } from '../core/evaluation/split.ts';
import { seededRandom } from '../core/random/seeded.ts';
import { baselineNamed } from '../core/transfer/baselines/registry.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import { DEFAULT_DECODER } from '../core/transfer/readouts/registry.ts';
import { encoderNamed } from '../core/transfer/compose.ts';
import type { PlatformModel, PublicRelease } from '../core/transfer/encoder.ts';
import { isLocalMode, needsPrototypes } from '../core/release/registry.ts';
import type { ReleaseModeName } from '../core/release/registry.ts';
import { domainOf, gameVideo } from './strategies/settings.ts';
import { decodersOf, federate } from '../simulations/in-one-process.ts';
import { figures, measure, table } from './transfer/measure.ts';
import type { Measured } from './transfer/measure.ts';

const { values: options } = parseArgs({
  options: {
    pair: { type: 'string', default: 'food,kitchen' },
    strategies: { type: 'string', default: 'linear-bridge,private-subspace' },
    baselines: { type: 'string', default: 'popularity,prior' },
    epsilon: { type: 'string', default: '4' },
    delta: { type: 'string', default: '1e-6' },
    seeds: { type: 'string', default: '3' },
    decoder: { type: 'string', default: DEFAULT_DECODER },
    overlap: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    release: { type: 'string', default: 'raw' },
    epsilon0: { type: 'string', default: '8,4,2' },
    settings: { type: 'string', default: '{}' },
    published: { type: 'boolean', default: false },
    out: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

const data = process.env['ISTHMUS_DATA'];
if (data === undefined) {
  console.error('ISTHMUS_DATA is not set: name the folder that holds amazon/, douban/ and game-video/');
  process.exit(2);
}

interface Trial {
  readonly seed: number;
  readonly sources: readonly Domain[];
  readonly split: ColdSplit;
  readonly negatives: readonly Negatives[];
  readonly validation?: readonly ColdPerson[];
}

const names = (list: string): string[] => list.split(',').filter((name) => name !== '');
const epsilons = names(options.epsilon).map((text) => (text === 'none' ? null : Number(text)));
const settings = JSON.parse(options.settings) as Record<string, unknown>;
const roundCounts = names(options.rounds).map(Number);

function seedsOf(text: string): number[] {
  const [from, to] = text.includes('-') ? text.split('-').map(Number) : [1, Number(text)];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

const localReleases = (mode: ReleaseModeName): PublicRelease[] =>
  isLocalMode(mode)
    ? names(options.epsilon0).map((epsilon0) => ({ mode, epsilon0: Number(epsilon0) }))
    : [{ mode, epsilon0: null }];
const releases = names(options.release).flatMap((mode) => localReleases(mode as ReleaseModeName));

async function run(title: string, trials: Iterable<Trial>): Promise<void> {
  const measured: Measured = new Map();
  const cache = new Map<string, PlatformModel>();
  const started = performance.now();
  const reports: string[] = [];
  for (const { seed, sources, split, negatives, validation } of trials) {
    const setting = { cold: split.cold, items: split.target.catalogue.length, negatives, seed };
    const { factorise } = factorMemory(String(seed));
    for (const name of names(options.baselines)) {
      const scorer = baselineNamed(name).fit({
        target: split.target,
        linked: split.linked,
        sources,
        ...(validation && { validation }),
        random: seededRandom(`${name}/${seed}`),
        factorise,
      });
      measure(measured, name, scorer, setting);
    }
    for (const name of names(options.strategies)) {
      const encoder = encoderNamed(name, settings);
      const shares = encoder.spec.training !== undefined;
      for (const rounds of shares ? roundCounts : [0]) {
        for (const release of releases) {
          const charged = encoder.law !== 'sealed-only' || needsPrototypes(release.mode);
          for (const epsilon of charged ? epsilons : [null]) {
            const delta = Number(options.delta);
            const privacy = { epsilon, delta, seed, rounds, release };
            const run = await federate({ encoder, sources, split, ...privacy, cache, factorise });
            const label = [
              name,
              ...(charged ? [`epsilon ${epsilon ?? 'none'}`] : []),
              ...(shares ? [`${rounds} rounds`] : []),
              ...(release.mode === 'raw' ? [] : [release.mode]),
              ...(release.epsilon0 === null ? [] : [`epsilon0 ${release.epsilon0}`]),
            ].join(' ');
            const [decoder] = decodersOf(run, { split, factorise, seed }, [options.decoder]);
            measure(measured, label, (person) => decoder.score(run.releasedOf(person)), setting);
            reports.push(
              `seed ${seed}, ${label}: ${JSON.stringify(decoder.report)}; plan z ${run.plan.noiseMultiplier.toFixed(3)}`,
            );
          }
        }
      }
    }
    if (options.out !== undefined) await writeFile(options.out, figures(title, measured));
    console.error(`${title}: seed ${seed} after ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${title}, ${measured.values().next().value?.length ?? 0} seeds, ${seconds} s`);
  console.log(table(measured, ['prior', 'popularity']));
  if (options.verbose) console.log(reports.join('\n'));
}

if (options.published) {
  for (const direction of await gameVideo(data)) {
    const { source, target, warm, test } = direction;
    const split: ColdSplit = { target, cold: test, warm, linked: warm, unmetPositives: 0 };
    const trials = seedsOf(options.seeds).map((seed) => ({
      seed,
      sources: [source],
      split,
      negatives: [gameVideoNegatives(direction, seed)],
      validation: direction.valid,
    }));
    await run(`published:game-video, ${direction.name}`, trials);
  }
} else {
  const platforms = await Promise.all(names(options.pair).map((name) => domainOf(data, name)));
  const sources = platforms.slice(0, -1);
  const target = platforms[platforms.length - 1];
  const trials = seedsOf(options.seeds).map((seed) => {
    const split = coldSplit(target, sources, { seed, overlapKept: Number(options.overlap) });
    const drawn = { target: split.target, seed };
    return { seed, sources, split, negatives: [uniformNegatives(drawn), popularityNegatives(drawn)] };
  });
  await run(`${sources.map(({ name }) => name).join(' + ')} -> ${target.name}`, trials);
}
