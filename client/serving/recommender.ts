/**
 * First recommendations: one person's released representations, decoded over the local catalogue.
 * @module
 */
import type { PrivacyStatement } from '../../core/claims/claims.ts';
import { bestOfAll } from '../../core/transfer/decoder/best-rows.ts';
import type { Best } from '../../core/transfer/decoder/best-rows.ts';
import { FEWEST_WARM } from '../../core/transfer/decoder/decoder.ts';
import type { Decoder } from '../../core/transfer/decoder/decoder.ts';
import type { MappedList, MappedScores } from '../../core/transfer/decoder/mapped-list.ts';
import type { Newcomer, NewcomerParts } from '../../core/transfer/newcomer/newcomer.ts';
import type { Explanation, ReleasedVector } from '../../core/transfer/decoder/report.ts';
import { turn } from '../turns.ts';
import type { People } from '../data/people.ts';
import type { ReceivedStore, ReceivedVersion } from '../store/platform-store.ts';

export interface Recommendation {
  /** Best first. */
  readonly items: readonly RecommendedItem[];
  /** The kind of knowledge behind the answer. `prior` and `popularity` give the same list to every unknown person. */
  readonly basis: Basis;
  /** Platforms whose release of this person was used. */
  readonly sources: readonly string[];
  /** The privacy claim for this answer. */
  readonly claim: string;
  /** True if this platform or a source knows anything about the person. */
  readonly known: boolean;
  /** Warnings about the federation, e.g. that it adds no noise. A program shows them before everything else. */
  readonly warnings: readonly string[];
}

/**
 * `own-history`: the person's history here, beside item vectors that the federation trained. `map`: the released vectors, through
 * a map that was learnt at other targets.
 */
export type Basis = Explanation['basis'] | 'own-history' | 'map';

export interface RecommendedItem {
  readonly item: string;
  readonly title?: string;
  /** Higher is better. Scores are comparable only within one answer. */
  readonly score: number;
  readonly explanation: Explanation['parts'];
}

export interface RecommenderOptions {
  readonly decoder: Pick<Decoder, 'best' | 'explain' | 'report'>;
  readonly people: People;
  /** Ranks for persons with a history here; undefined if the federation trains no item vectors. */
  readonly newcomer: () => Newcomer | undefined;
  /** Ranks for persons with released vectors while too few are known on both sides for a decoder; absent or undefined without a map. */
  readonly mapped?: () => MappedList | undefined;
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

  /**
   * Recommends items that the person does not have here yet. Other work gets a turn between the list and its explanation, because each
   * reads the vectors of all items.
   * @param k number of items, at least 1.
   */
  async recommend(pseudonym: string, k: number): Promise<Recommendation> {
    const { people, received, version } = this.#options;
    const { domain } = people;
    const released = received.person(pseudonym, version);
    const row = people.rowOfPseudonym(pseudonym);
    const own = row === undefined ? NO_ITEMS : domain.items.subarray(domain.offsets[row], domain.offsets[row + 1]);
    const { best, explain } = this.#ranking(released, own, k);
    await turn();
    const explanations = explain(best.rows);
    const basis = explanations.at(0)?.basis ?? 'popularity';
    return {
      items: best.rows.map((item, place) => {
        const title = domain.titles?.[item];
        return {
          item: domain.catalogue[item],
          ...(title !== undefined && { title }),
          score: best.scores[place],
          explanation: explanations[place].parts,
        };
      }),
      basis,
      sources: restsOnReleases(basis) ? released.map(({ source }) => source) : [],
      claim: this.#claim(basis, own.length > 0),
      known: released.length > 0 || (row !== undefined && people.hasHistory(row)),
      warnings: this.#options.statement.warnings,
    };
  }

  /** The k best items for a person, by the ranking that knows most of the person here. */
  #ranking(released: readonly ReleasedVector[], own: Uint32Array, k: number): Ranking {
    const { decoder, newcomer, mapped } = this.#options;
    const map = mapped?.();
    const mappedScores = map && decoder.report.warmPersons < FEWEST_WARM ? map.scores(released) : undefined;
    if (mappedScores !== undefined) return mappedRanking(mappedScores, k, own);
    // The newcomer's ranking reads only the own history, so the decoder ranks for a person with released vectors.
    const ofOwn = released.length === 0 && own.length > 0 ? newcomer() : undefined;
    if (ofOwn === undefined) {
      return {
        best: decoder.best(released, k, own),
        explain: (items) => items.map((item) => decoder.explain(released, item, own)),
      };
    }
    return {
      best: bestOfAll(ofOwn.scores(own), k, own),
      explain: (items) => ofOwn.explain(own, items).map((parts) => ({ basis: 'own-history', parts: partsText(parts) })),
    };
  }

  #claim(basis: Basis, hasOwn: boolean): string {
    if (basis === 'own-history') {
      const [trained] = this.#options.statement.claims;
      return `This list rests on this person's own history here and on other persons of this platform: nothing of this person's data on other platforms is in it but as a part of sums over everybody. ${trained.plain}`;
    }
    if (!restsOnReleases(basis)) {
      const rests = hasOwn
        ? "this person's own history here and on other persons of this platform"
        : 'other persons of this platform alone';
      return `This list rests on ${rests}: nothing of this person's data on other platforms is in it.`;
    }
    const { claims } = this.#options.statement;
    return claims.flatMap(({ id, plain }) => (id === 'C4' ? [] : [plain])).join(' ');
  }
}

const NO_ITEMS = new Uint32Array(0);

interface ExplainedBy {
  readonly basis: Basis;
  readonly parts: Explanation['parts'];
}

interface Ranking {
  readonly best: Best;
  readonly explain: (items: readonly number[]) => readonly ExplainedBy[];
}

function mappedRanking({ map, popularity }: MappedScores, k: number, own: Uint32Array): Ranking {
  const scores = map.map((score, item) => score + popularity[item]);
  return {
    best: bestOfAll(scores, k, own),
    explain: (items) =>
      items.map((item) => ({
        basis: 'map',
        parts: [
          { name: 'map', weight: map[item] },
          { name: 'popularity', weight: popularity[item] },
        ],
      })),
  };
}

/** True for a list that rests on vectors that were released of this person. */
function restsOnReleases(basis: Basis): boolean {
  return basis === 'representation' || basis === 'map';
}

function partsText({ neighbours, popularity, shared, sharedPopularity }: NewcomerParts): Explanation['parts'] {
  return [
    { name: 'neighbours', weight: neighbours },
    { name: 'popularity', weight: popularity },
    { name: 'shared vectors', weight: shared },
    { name: 'shared popularity', weight: sharedPopularity },
  ];
}
