/**
 * What has to be made again from one period to the next? Persons arrive in the last period; encoder and decoder are those of an
 * earlier period, or made again.
 * @module
 */
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import type { ColdPerson } from '../../core/data/cold-person.ts';
import type { Domain } from '../../core/data/domain.ts';
import { historyLength, historyOf, itemCounts, personIndex, withoutPersons } from '../../core/data/select.ts';
import { beforeMoment, decayedCounts } from '../../core/evaluation/recency.ts';
import type { ColdSplit } from '../../core/evaluation/split.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import { baselineNamed } from '../../core/transfer/baselines/registry.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { DEFAULT_DECODER } from '../../core/transfer/readouts/registry.ts';
import { decodersOf, federate } from '../in-one-process.ts';
import { domainOf } from '../worlds/planted/encoder-worlds.ts';
import { likedItems } from '../worlds/planted/planted.ts';
import { rankedAt10 } from './ranking.ts';
import type { Figures, Study } from './study.ts';

const DAY = 86_400;
/** Total epsilon of one training of the source. */
const EPSILON = 4;
/** Fewest interactions in the source of a person who is scored or linked. */
const FEWEST = 3;
/** Half-life of the decayed counts, in days. */
const HALF_LIFE = 28;
/** Share of the persons of the last period who are taken as new: nothing that they ever did on the target is read. */
const NEW = 0.2;

export const periods: Study = {
  name: 'periods',
  question: 'What has to be made again from one period to the next: the encoder, the decoder, or neither?',
  reference: 'Koren, KDD 2009 (drift of tastes and items); Hardt and Price, NeurIPS 2014, for the encoder',
  metrics: { 'NDCG@10': 'higher', 'HR@10': 'higher' },
  method: 'decoder made again',
  planted: {
    summary:
      'each group of persons likes other items of the target in the second period than in the first one; the source stays as it is',
    ablation: { method: 'neither', off: 'encoder and decoder are those of the first period' },
    margins: { neither: 0.1, prior: 0.1 },
    measure: (seed) => measured(plantedWorld(seed), seed),
  },
  real: [
    {
      name: 'Amazon food -> kitchen',
      files: ['amazon/food.tsv', 'amazon/kitchen.tsv'],
      over: ['neither', 'both', 'prior', 'decayed counts'],
      async measure(folder, seed) {
        const open = async (name: string): Promise<Domain> => {
          const path = join(folder, 'amazon', `${name}.tsv`);
          return (await inspectSource(path, { name, minRating: null, items: null })).report.domain;
        };
        const [source, target] = [await open('food'), await open('kitchen')];
        const times = Float64Array.from(target.timestamps ?? []).sort();
        const [first, second, end] = [0.6, 0.8, 0.9].map((share) => times[Math.floor(share * times.length)]);
        return measured({ source, target, first, second, end }, seed);
      },
    },
  ],
  caveats: [
    `An encoder that is made again is charged again: here epsilon ${EPSILON} for each training. A decoder that is made again costs nothing, because it stays at the target.`,
    'The scored persons are drawn from those who are on the target in the last period, and their whole past there is hidden; few persons begin there in earnest. Items that nobody else met before the period are left out.',
  ],
};

interface Asked {
  readonly source: Domain;
  readonly target: Domain;
  /** Unix seconds: when everything was made for the first time, when it can be made again, and when the scored period ends. */
  readonly first: number;
  readonly second: number;
  readonly end: number;
}

async function measured({ end, first, second, source, target }: Asked, seed: string): Promise<Figures> {
  const { factorise } = factorMemory(seed);
  const { newly, rest } = arrivals({ source, target, first, second, end }, seed);
  const [early, late] = [first, second].map((moment) => splitAt(source, rest, moment, newly));
  const train = (split: ColdSplit, moment: number) =>
    federate({
      encoder: encoderNamed('private-subspace'),
      sources: [beforeMoment(source, moment)],
      split,
      epsilon: EPSILON,
      delta: 1e-6,
      seed,
      factorise,
    });
  const [old, again] = [await train(early, first), await train(late, second)];
  const now = beforeMoment(source, second);
  const rows = personIndex(now);
  const represent = (person: string): Float32Array => old.represent(source.name, historyOf(now, rows.get(person) ?? 0));
  const byOldEncoder = (person: string) => [{ source: source.name, vector: represent(person) }];
  const [frozen] = decodersOf(old, { split: early, factorise, seed }, [DEFAULT_DECODER]);
  const kept = { received: [representations(source.name, late.linked, represent)] };
  const [refitted] = decodersOf(kept, { split: late, factorise, seed }, [DEFAULT_DECODER]);
  const [both] = decodersOf(again, { split: late, factorise, seed }, [DEFAULT_DECODER]);
  const world = { target: late.target, linked: late.linked, sources: [], random: seededRandom(seed), factorise };
  const hot = Float32Array.from(decayedCounts(rest, second, HALF_LIFE * DAY));
  const figuresOf = (score: (person: string) => Float32Array): Figures[string] =>
    rankedAt10({ target: late.target, cold: newly, negatives: 99, seed }, score);
  return {
    'decoder made again': figuresOf((person) => refitted.score(byOldEncoder(person))),
    neither: figuresOf((person) => frozen.score(byOldEncoder(person))),
    both: figuresOf((person) => both.score(again.releasedOf(person))),
    prior: figuresOf(baselineNamed('prior').fit(world)),
    'decayed counts': figuresOf(() => hot),
  };
}

/** New persons, with what they meet on the target in the last period, and the target without them. */
function arrivals(
  { end, second, source, target }: Asked,
  seed: string,
): { readonly newly: readonly ColdPerson[]; readonly rest: Domain } {
  const known = beforeMoment(source, second);
  const rows = personIndex(known);
  const met = target.persons.flatMap((person, p) => {
    const row = rows.get(person);
    if (row === undefined || historyLength(known, row) < FEWEST) return [];
    const { items, timestamps = new Float64Array(0) } = historyOf(target, p);
    const positives = items.filter((_, i) => timestamps[i] >= second && timestamps[i] < end);
    return positives.length === 0 ? [] : [{ person, positives, sourceInteractions: historyLength(known, row) }];
  });
  const drawn = new Prng(`${seed}/new persons`).shuffle(met).slice(0, Math.round(NEW * met.length));
  const rest = withoutPersons(target, new Set(drawn.map(({ person }) => person)));
  const counts = itemCounts(beforeMoment(rest, second));
  return {
    newly: drawn
      .map((one) => ({ ...one, positives: one.positives.filter((item) => counts[item] > 0) }))
      .filter(({ positives }) => positives.length > 0),
    rest,
  };
}

function splitAt(source: Domain, target: Domain, moment: number, cold: readonly ColdPerson[]): ColdSplit {
  const [past, known] = [beforeMoment(target, moment), beforeMoment(source, moment)];
  const rows = personIndex(known);
  const linked = past.persons.filter((person, p) => {
    const row = rows.get(person);
    return row !== undefined && historyLength(known, row) >= FEWEST && historyLength(past, p) > 0;
  });
  return { target: past, cold, linked, warm: linked, unmetPositives: 0 };
}

function representations(
  source: string,
  persons: readonly string[],
  represent: (person: string) => Float32Array,
): ReceivedRepresentations {
  const found = persons.map(represent);
  const dimension = found[0].length;
  const vectors = new Float32Array(persons.length * dimension);
  found.forEach((vector, row) => vectors.set(vector, row * dimension));
  return { source, noiseModel: { kind: 'exact' }, dimension, persons, vectors };
}

const GROUPS = 8;
const ITEMS = 120;
const SOURCE_ITEMS = 240;
const EACH = 600;

/** The first third of the persons is on the target in the first period, the second in the second one, and the last arrives. */
function plantedWorld(seed: string): Asked {
  const prng = new Prng(`periods/${seed}`);
  const liking = (items: number, group: number): Float64Array =>
    Float64Array.from({ length: items }, (_, item) => (item % GROUPS === group ? 4 : 0));
  const persons = Array.from({ length: 3 * EACH }, (_, row) => {
    const group = prng.integer(GROUPS);
    const period = Math.floor(row / EACH);
    const moved = period === 0 ? group : (group + 3) % GROUPS;
    return {
      id: `p${row}`,
      period,
      history: likedItems(liking(SOURCE_ITEMS, group), 8, prng),
      items: likedItems(liking(ITEMS, moved), 6, prng),
    };
  });
  const stamped = (domain: Domain, timeOf: (row: number) => number): Domain => ({
    ...domain,
    timestamps: Float64Array.from(
      domain.persons.flatMap((_, row) => Array.from(historyOf(domain, row).items, () => timeOf(row))),
    ),
  });
  const names = (name: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, item) => `${name} ${item}`);
  const source = domainOf(
    'source',
    persons.map(({ history, id }) => ({ id, items: history })),
    names('item', SOURCE_ITEMS),
  );
  const target = domainOf('target', persons, names('target', ITEMS));
  return {
    source: stamped(source, () => 0),
    target: stamped(target, (row) => 10 * DAY * persons[row].period + DAY),
    first: 10 * DAY,
    second: 20 * DAY,
    end: 30 * DAY,
  };
}
