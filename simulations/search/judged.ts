/**
 * The persons on whom a setting is judged, and its quality for each of them.
 * @module
 */
import { candidatesOf as negativesOf } from '../../client/evaluation/evaluate.ts';
import type { ColdPerson } from '../../core/data/cold-person.ts';
import type { Domain } from '../../core/data/domain.ts';
import { historyOf, personIndex, withoutPersons, withoutUnmetItems } from '../../core/data/select.ts';
import { evaluateColdStart } from '../../core/evaluation/evaluate.ts';
import { personQualities } from '../../core/evaluation/per-person.ts';
import { Prng } from '../../core/random/prng.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import { fitDecoders } from '../../core/transfer/decoder/decoder.ts';
import type { ReleasedVector } from '../../core/transfer/decoder/report.ts';
import type { Factorise } from '../../core/transfer/factors/factor-memory.ts';
import { FOLDS } from './halving.ts';

/** NDCG@10 of one setting for each person, the mean over kinds of negatives. */
export interface Judged {
  readonly persons: readonly string[];
  /** Number of positives of each person. */
  readonly counts: readonly number[];
  /** Summed over the positives of each person. */
  readonly sums: readonly number[];
}

/** Everything that a target's search may read. */
export interface TargetMaterial {
  /** The target without its cold persons. */
  readonly domain: Domain;
  readonly linked: readonly string[];
  /** Those about persons who are not linked are left aside: cold persons are among them. */
  readonly received: readonly ReceivedRepresentations[];
  readonly factorise: Factorise;
  readonly seed: string;
  /** Negatives per positive. */
  readonly negatives: number;
}

/** The releases about linked persons: a source also released those about persons who arrive, and a search must not read them. */
function withoutArrivals(
  received: readonly ReceivedRepresentations[],
  linked: readonly string[],
): readonly ReceivedRepresentations[] {
  const known = new Set(linked);
  return received.map((one) => {
    const rows = [...one.persons.keys()].filter((row) => known.has(one.persons[row]));
    const vectors = new Float32Array(rows.length * one.dimension);
    rows.forEach((row, at) =>
      vectors.set(one.vectors.subarray(row * one.dimension, (row + 1) * one.dimension), at * one.dimension),
    );
    return { ...one, persons: rows.map((row) => one.persons[row]), vectors };
  });
}

/** A person is judged with at least this many interactions, as cold persons are chosen. */
const LEAST_INTERACTIONS = 3;

/** The target without the persons of one fold, whose interactions are what must be ranked. */
export function foldOf(
  { domain, linked, seed }: Pick<TargetMaterial, 'domain' | 'linked' | 'seed'>,
  fold: number,
): { readonly target: Domain; readonly hidden: readonly ColdPerson[] } {
  const index = personIndex(domain);
  const eligible = linked.filter((person) => lengthOf(domain, index.get(person)) >= LEAST_INTERACTIONS).sort();
  const ids = new Prng(`${seed}/folds`).shuffle(eligible).filter((_, place) => place % FOLDS === fold);
  const left = withoutUnmetItems(withoutPersons(domain, new Set(ids)));
  const hidden = ids.flatMap((person) => {
    const { items } = historyOf(domain, index.get(person) ?? 0);
    const positives = items.filter((item) => left.places[item] >= 0).map((item) => left.places[item]);
    return positives.length === 0 ? [] : [{ person, positives, sourceInteractions: 0 }];
  });
  return { target: left.domain, hidden };
}

/** One decoder, fitted without the persons of one fold and judged on them. @throws TransferError, EvaluationError */
export function judgeFold(material: TargetMaterial, fold: number, decoder: string): Judged {
  const { factorise, seed } = material;
  const received = withoutArrivals(material.received, material.linked);
  const { hidden, target } = foldOf(material, fold);
  const random = new Prng(`${seed}/search/${fold}`);
  const [fitted] = fitDecoders({ domain: target, factorise, random }, received, [decoder]);
  const releasedOf = releasesOf(received);
  return judge(target, hidden, (person) => fitted.score(releasedOf(person)), material);
}

/** Quality of scores for persons whose positives were hidden. */
export function judge(
  target: Domain,
  hidden: readonly ColdPerson[],
  score: (person: string) => Float32Array,
  { negatives, seed }: Pick<TargetMaterial, 'negatives' | 'seed'>,
): Judged {
  const evaluations = evaluateColdStart({
    scorer: (_, { person }) => score(person),
    cold: hidden,
    items: target.catalogue.length,
    negatives: negativesOf({ protocol: 'sampled', negatives, seed }, target, hidden),
    seed,
  });
  const kinds = personQualities('', evaluations);
  return {
    persons: hidden.map(({ person }) => person),
    counts: hidden.map(({ positives }) => positives.length),
    sums: hidden.map((_, at) => kinds.reduce((sum, { sums }) => sum + sums[at] / kinds.length, 0)),
  };
}

function releasesOf(received: readonly ReceivedRepresentations[]): (person: string) => ReleasedVector[] {
  const rows = received.map(({ persons }) => new Map(persons.map((person, row) => [person, row])));
  return (person) =>
    received.flatMap(({ dimension, source, vectors }, s) => {
      const row = rows[s].get(person);
      return row === undefined ? [] : [{ source, vector: vectors.slice(row * dimension, (row + 1) * dimension) }];
    });
}

function lengthOf(domain: Domain, person: number | undefined): number {
  return person === undefined ? 0 : domain.offsets[person + 1] - domain.offsets[person];
}
