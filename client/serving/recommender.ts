/**
 * First recommendations: one person's released representations, decoded over the local catalogue.
 * @module
 */
import type { PrivacyStatement } from '../../core/claims/claims.ts';
import type { Decoder } from '../../core/transfer/decoder/decoder.ts';
import type { Explanation } from '../../core/transfer/decoder/report.ts';
import type { People } from '../data/people.ts';
import type { ReceivedStore, ReceivedVersion } from '../store/platform-store.ts';

export interface Recommendation {
  /** Best first. */
  readonly items: readonly RecommendedItem[];
  /** The kind of knowledge behind the answer. `prior` and `popularity` give the same list to every unknown person. */
  readonly basis: Explanation['basis'];
  /** Platforms whose release of this person was used. */
  readonly sources: readonly string[];
  /** The privacy claim for this answer. */
  readonly claim: string;
  /** True if this platform or a source knows anything about the person. */
  readonly known: boolean;
  /** Warnings about the federation, e.g. that it adds no noise. A program shows them before everything else. */
  readonly warnings: readonly string[];
}

export interface RecommendedItem {
  readonly item: string;
  readonly title?: string;
  /** Higher is better. Scores are comparable only within one answer. */
  readonly score: number;
  readonly explanation: Explanation['parts'];
}

export interface RecommenderOptions {
  readonly decoder: Pick<Decoder, 'score' | 'explain'>;
  readonly people: People;
  readonly received: ReceivedStore;
  /** The version that the decoder was fitted on. */
  readonly version: ReceivedVersion;
  readonly statement: Pick<PrivacyStatement, 'claims' | 'warnings'>;
}

export class Recommender {
  readonly #options: RecommenderOptions;

  constructor(options: RecommenderOptions) {
    this.#options = options;
  }

  /** Recommends items that the person does not have here yet. @param k number of items, at least 1. */
  recommend(pseudonym: string, k: number): Recommendation {
    const { decoder, people, received, version } = this.#options;
    const { domain } = people;
    const released = received.person(pseudonym, version);
    const row = people.rowOfPseudonym(pseudonym);
    const scores = decoder.score(released);
    const own = row === undefined ? [] : domain.items.subarray(domain.offsets[row], domain.offsets[row + 1]);
    const best = bestOf(scores, k, new Set(own));
    const explanations = best.map((item) => decoder.explain(released, item));
    const basis = explanations.at(0)?.basis ?? 'popularity';
    return {
      items: best.map((item, place) => {
        const title = domain.titles?.[item];
        return {
          item: domain.catalogue[item],
          ...(title !== undefined && { title }),
          score: scores[item],
          explanation: explanations[place].parts,
        };
      }),
      basis,
      sources: basis === 'representation' ? released.map(({ source }) => source) : [],
      claim: this.#claim(basis),
      known: released.length > 0 || (row !== undefined && people.hasHistory(row)),
      warnings: this.#options.statement.warnings,
    };
  }

  #claim(basis: Explanation['basis']): string {
    if (basis !== 'representation') {
      return "This list rests on other persons of this platform alone: nothing of this person's data on other platforms is in it.";
    }
    const { claims } = this.#options.statement;
    return claims.flatMap(({ id, plain }) => (id === 'C4' ? [] : [plain])).join(' ');
  }
}

/** The k highest scores above -Infinity, best first, without some items. Equal scores are in catalogue order. */
function bestOf(scores: Float32Array, k: number, without: ReadonlySet<number>): number[] {
  let kept: number[] = [];
  let least = -Infinity;
  const cut = (): void => {
    kept = kept.sort((a, b) => scores[b] - scores[a] || a - b).slice(0, k);
    if (kept.length === k) least = scores[kept[k - 1]];
  };
  for (let item = 0; item < scores.length; item++) {
    // A later item of the same score is worse: the order is that of the catalogue.
    if (!(scores[item] > least) || without.has(item)) continue;
    kept.push(item);
    // Sorted so rarely that the pass over the scores is what takes the time.
    if (kept.length >= 4 * k + 60) cut();
  }
  cut();
  return kept;
}
