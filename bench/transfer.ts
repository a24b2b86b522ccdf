/** Measures strategies and baselines on real data, in one process. */
import { writeFile } from 'node:fs/promises';
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
import { isLocalMode, needsPrototypes, RELEASE_MODES } from '../core/release/registry.ts';
import type { ReleaseModeName } from '../core/release/registry.ts';
import { domainOf, gameVideo } from './strategies/settings.ts';
import { decodersOf, federate } from '../simulations/in-one-process.ts';
import { figures, measure, table } from './transfer/measure.ts';
import type { Measured } from './transfer/measure.ts';
import { InvalidArgumentError } from 'commander';
import {
  counts,
  totalEpsilons,
  file,
  flag,
  number,
  numbers,
  readOptions,
  realData,
  settings,
  share,
  someOf,
  word,
  words,
} from './options.ts';

const options = readOptions(
  {
    measures: 'Measures strategies and baselines on real data, in one process.',
    examples: [
      'ISTHMUS_DATA=DIR npx tsx bench/transfer.ts --pair sports,toys --strategies linear-bridge,private-subspace --epsilon 4 --seeds 10',
    ],
  },
  {
    data: realData('amazon/, douban/ and game-video/'),
    pair: words('sources, and the target as the last name', 'food,kitchen'),
    published: flag('measures the game-video split instead'),
    strategies: words('what is released', 'linear-bridge,private-subspace'),
    baselines: words('measured beside them', 'popularity,prior'),
    epsilon: totalEpsilons('total epsilons', '4'),
    delta: number('of each', 1e-6),
    seeds: { says: '10 means seeds 1 to 10, 11-13 those three', usually: '3', name: 'seeds', read: seedsOf },
    decoder: word('reads the releases', DEFAULT_DECODER),
    overlap: share('kept persons of both sides', '1'),
    rounds: counts('of strategies that share a model', '5', 0),
    release: someOf(RELEASE_MODES, 'release modes', 'raw'),
    epsilon0: numbers('of every local mode', '8,4,2'),
    settings: settings('for every strategy named, in JSON'),
    out: file(
      "keeps every seed's figures as its strategies end, as lines of JSON, which bench/transfer/shares.ts reads",
    ),
    verbose: flag("prints every decoder's report"),
  },
);

interface Trial {
  readonly seed: number;
  readonly sources: readonly Domain[];
  readonly split: ColdSplit;
  readonly negatives: readonly Negatives[];
  readonly validation?: readonly ColdPerson[];
}

function seedsOf(text: string): number[] {
  const parts = /^(?:(\d+)-)?(\d+)$/.exec(text);
  if (parts === null) throw new InvalidArgumentError('It is a number, or two with a hyphen.');
  const [from, to] = [Number(parts.at(1) ?? 1), Number(parts[2])];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

const localReleases = (mode: ReleaseModeName): PublicRelease[] =>
  isLocalMode(mode) ? options.epsilon0.map((epsilon0) => ({ mode, epsilon0 })) : [{ mode, epsilon0: null }];
const releases = options.release.flatMap(localReleases);

async function run(title: string, trials: Iterable<Trial>): Promise<void> {
  const measured: Measured = new Map();
  const cache = new Map<string, PlatformModel>();
  const started = performance.now();
  const reports: string[] = [];
  for (const { seed, sources, split, negatives, validation } of trials) {
    const setting = { cold: split.cold, items: split.target.catalogue.length, negatives, seed };
    const { factorise } = factorMemory(String(seed));
    for (const name of options.baselines) {
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
    for (const name of options.strategies) {
      const encoder = encoderNamed(name, options.settings);
      const shares = encoder.spec.training !== undefined;
      for (const rounds of shares ? options.rounds : [0]) {
        for (const release of releases) {
          const charged = encoder.law !== 'sealed-only' || needsPrototypes(release.mode);
          for (const epsilon of charged ? options.epsilon : [null]) {
            const { delta } = options;
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
  for (const direction of await gameVideo(options.data)) {
    const { source, target, warm, test } = direction;
    const split: ColdSplit = { target, cold: test, warm, linked: warm, unmetPositives: 0 };
    const trials = options.seeds.map((seed) => ({
      seed,
      sources: [source],
      split,
      negatives: [gameVideoNegatives(direction, seed)],
      validation: direction.valid,
    }));
    await run(`published:game-video, ${direction.name}`, trials);
  }
} else {
  const platforms = await Promise.all(options.pair.map((name) => domainOf(options.data, name)));
  const sources = platforms.slice(0, -1);
  const target = platforms[platforms.length - 1];
  const trials = options.seeds.map((seed) => {
    const split = coldSplit(target, sources, { seed, overlapKept: options.overlap });
    const drawn = { target: split.target, seed };
    return { seed, sources, split, negatives: [uniformNegatives(drawn), popularityNegatives(drawn)] };
  });
  await run(`${sources.map(({ name }) => name).join(' + ')} -> ${target.name}`, trials);
}
