/**
 * Shows why embedding rows never travel: the information about persons and their interactions in one step of plain
 * federated averaging, and the rest of it once the same rows are bounded and noised.
 *
 * A platform factorises its interactions and sends the changes of its item rows, as federated matrix factorisation does
 * (one step of gradient descent with a sampled negative per positive). The attacker sees the sum over all persons and
 * knows a canary's history, but not the sampled negatives. It guesses whether the canary was there at all
 * (`membership`), or whether the canary interacted with one further item (`interaction`).
 * @module
 */
import { guessExtremes } from '../../core/audit/canary-audit.ts';
import { gaussianOneRunLowerBound, oneRunLowerBound } from '../../core/audit/one-run.ts';
import type { Contribution } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { RandomWords } from '../../core/random/random-words.ts';
import { spherePoint } from '../../core/release/sphere-cap.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { AuditTerms } from './training-audit.ts';

export interface RowsAudit {
  readonly attack: 'membership' | 'interaction';
  /** Form in which the rows left the platform. */
  readonly released: 'plain-averaging' | 'bounded-and-noised';
  readonly canaries: number;
  readonly guesses: number;
  readonly correct: number;
  /** Proven epsilon; null if nothing bounds it. */
  readonly provenEpsilon: number | null;
  readonly lowerBound: number;
  readonly gaussianLowerBound: number;
  readonly contradicted: boolean;
}

const MOST_CANARIES = 1000;
const DIMENSION = 8;
const HISTORY = 10;
/** Number of other persons per canary. */
const CROWD = 2;
/** Number of items per canary. A catalogue has a long tail, whose items single a person out. */
const ITEMS_A_CANARY = 4;

export function auditEmbeddingRows(terms: AuditTerms): RowsAudit[] {
  const canaries = Math.min(terms.canaries, MOST_CANARIES);
  return (['membership', 'interaction'] as const).flatMap((attack) => {
    const words = new RandomWords(seededRandom(`${terms.seed} rows ${attack}`));
    const people = drawPeople(canaries, words);
    const inside = Uint8Array.from({ length: canaries }, () => words.next() & 1);
    const contributions = people.flatMap(({ base, withItem }, person) => {
      if (person >= canaries) return [base];
      if (attack === 'interaction') return [inside[person] === 1 ? withItem : base];
      return inside[person] === 1 ? [withItem] : [];
    });
    const secret = (person: number): Rows => people[person][attack === 'membership' ? 'known' : 'knownItem'];
    const items = canaries * ITEMS_A_CANARY;
    const plain = { values: sumOf(contributions, items), epsilon: null, variance: 0 };
    const noised = bounded(contributions, items, terms, attack);
    return [
      { ...judge(terms, plain, inside, secret), attack, released: 'plain-averaging' as const },
      { ...judge(terms, noised, inside, secret), attack, released: 'bounded-and-noised' as const },
    ];
  });
}

/** Changes of item rows, by item. */
type Rows = ReadonlyMap<number, Float32Array>;

interface Person {
  readonly base: Rows;
  /** The person's rows with one further item, drawn from the whole catalogue. */
  readonly withItem: Rows;
  /** The rows that the attacker can compute: those of all positives, the further item included. */
  readonly known: Rows;
  /** The row of the further item alone, which the attacker can compute. */
  readonly knownItem: Rows;
}

/** The values that left the platform. */
interface Seen {
  readonly values: Float64Array;
  readonly epsilon: number | null;
  /** Variance of the noise in one coordinate. */
  readonly variance: number;
}

function drawPeople(canaries: number, words: RandomWords): Person[] {
  const uniform = (): number => words.next() / 2 ** 32;
  const items = Array.from({ length: canaries * ITEMS_A_CANARY }, () => spherePoint(DIMENSION, words));
  // Popularity falls off: the square puts half of all interactions on a quarter of the catalogue.
  const popular = (): number => Math.floor(uniform() ** 2 * items.length);
  const any = (): number => Math.floor(uniform() * items.length);
  return Array.from({ length: canaries * (1 + CROWD) }, () => {
    const history = Array.from({ length: HISTORY }, popular);
    const negatives = Array.from({ length: HISTORY + 1 }, any);
    const more = any();
    const taste = new Float64Array(DIMENSION);
    for (const item of history) items[item].forEach((value, i) => (taste[i] += value));
    const length = Math.hypot(...taste);
    const unit = taste.map((value) => value / length);
    return {
      base: rowsOf(history, negatives.slice(0, HISTORY), unit, items),
      withItem: rowsOf([...history, more], negatives, unit, items),
      known: rowsOf([...history, more], [], unit, items),
      knownItem: rowsOf([more], [], unit, items),
    };
  });
}

/** One step of descent on the squared error of `<taste, row>` against 1 for positives and 0 for negatives. */
function rowsOf(
  positives: readonly number[],
  negatives: readonly number[],
  taste: Float64Array,
  items: readonly Float64Array[],
): Rows {
  const rows = new Map<number, Float32Array>();
  const pull = (item: number, wanted: number): void => {
    const row = rows.get(item) ?? new Float32Array(DIMENSION);
    const error = wanted - taste.reduce((dot, value, i) => dot + value * items[item][i], 0);
    taste.forEach((value, i) => (row[i] += error * value));
    rows.set(item, row);
  };
  for (const item of positives) pull(item, 1);
  for (const item of negatives) pull(item, 0);
  return rows;
}

function sumOf(contributions: readonly Rows[], items: number): Float64Array {
  const total = new Float64Array(items * DIMENSION);
  for (const rows of contributions) {
    for (const [item, row] of rows) row.forEach((value, i) => (total[item * DIMENSION + i] += value));
  }
  return total;
}

/** Releases the same rows as a charged sum would. */
function bounded(
  contributions: readonly Rows[],
  items: number,
  { claimedEpsilon, delta, seed }: AuditTerms,
  attack: string,
): Seen {
  const query = {
    label: 'rows',
    dimension: items * DIMENSION,
    clip: Math.sqrt(HISTORY),
    repetitions: 1,
    relativeNoise: 1,
    scope: 'platform',
  } as const;
  const plan = planPrivacy({
    epsilon: claimedEpsilon,
    delta,
    colluding: 0,
    dropouts: 0,
    maxPlatformsPerPerson: 1,
    platforms: [{ name: 'p', personsAbout: contributions.length, queries: [query] }],
  });
  const [sum] = plan.sums.p;
  const random = seededRandom(`${seed} rows noise ${attack}`);
  const { integers } = discreteGaussian.bound(sum, contributions.map(sparse), random);
  return {
    values: discreteGaussian.decode(sum, discreteGaussian.addNoise(sum, integers, random)),
    epsilon: plan.epsilon,
    variance: sum.localVariance / sum.scale ** 2,
  };
}

function sparse(rows: Rows): Contribution {
  const indices = [...rows.keys()].flatMap((item) => Array.from({ length: DIMENSION }, (_, i) => item * DIMENSION + i));
  return {
    indices: Uint32Array.from(indices),
    values: Float32Array.from([...rows.values()].flatMap((row) => [...row])),
  };
}

/** Keeps the logarithm of an exact match finite. */
const TINY = 1e-9;

/** The score is the factor by which a row shrinks, as a logarithm, when the canary's part is subtracted from it. */
function judge(
  { delta, significance }: AuditTerms,
  { values, epsilon, variance }: Seen,
  inside: Uint8Array,
  secret: (person: number) => Rows,
): Omit<RowsAudit, 'attack' | 'released'> {
  const floor = TINY + DIMENSION * variance;
  const scores = Float64Array.from(inside, (_, person) => {
    let score = 0;
    for (const [item, row] of secret(person)) {
      const seen = values.subarray(item * DIMENSION, (item + 1) * DIMENSION);
      const without = seen.map((value, i) => value - row[i]);
      score += Math.log(squared(seen) + floor) - Math.log(squared(without) + floor);
    }
    return score;
  });
  const made = guessExtremes(scores, inside, Math.floor(inside.length / 5));
  const lowerBound = oneRunLowerBound(made, significance, delta);
  const gaussianLowerBound = gaussianOneRunLowerBound(made, significance, delta);
  const contradicted = epsilon !== null && Math.max(lowerBound, gaussianLowerBound) > epsilon;
  return { ...made, provenEpsilon: epsilon, lowerBound, gaussianLowerBound, contradicted };
}

const squared = (vector: Float64Array): number => vector.reduce((sum, value) => sum + value * value, 0);
