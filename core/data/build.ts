/**
 * Builds a {@link Domain} from interaction records.
 * @module
 */
import type { Domain } from './domain.ts';
import { DataError } from './errors.ts';
import { Growing, Interner } from './growing.ts';
import { EVERY_RATING, isLike } from './likes.ts';
import type { Likes } from './likes.ts';

/** One row of a source. */
export interface InteractionRecord {
  readonly person: string;
  readonly item: string;
  /** The rating; NaN or absent if there is none. */
  readonly rating?: number;
  /** Unix seconds; NaN or absent if unknown. */
  readonly timestamp?: number;
}

export interface BuildOptions {
  /** The ratings that count as likes. Default: all of them. */
  readonly likes?: Pick<Likes, 'from' | 'to'>;
  /**
   * Maps item ids to titles. This is the platform's catalogue and may hold items that nobody has interacted with yet.
   */
  readonly titles?: ReadonlyMap<string, string>;
}

export interface Built {
  readonly domain: Domain;
  /** Rows replaced by a later row of the same person and item. */
  readonly repeats: number;
  /** Rows dropped because their rating is not a like. Repeats are not counted again. */
  readonly disliked: number;
}

/** Collects records in compact arrays, then orders them by person. */
export class DomainBuilder {
  readonly #name: string;
  readonly #options: BuildOptions;
  readonly #personIds = new Interner();
  readonly #itemIds = new Interner();
  readonly #persons = new Growing((length) => new Uint32Array(length));
  readonly #items = new Growing((length) => new Uint32Array(length));
  /** Created with the first rating or timestamp, because most sources lack one of the two. */
  #ratings: Growing<Float32Array> | undefined;
  #timestamps: Growing<Float64Array> | undefined;

  constructor(name: string, options: BuildOptions = {}) {
    this.#name = name;
    this.#options = options;
  }

  /** Rows added so far, repeats included. */
  get rows(): number {
    return this.#persons.length;
  }

  add(person: string, item: string, rating = Number.NaN, timestamp = Number.NaN): void {
    if (!Number.isNaN(rating)) this.#ratings ??= this.#unknowns((length) => new Float32Array(length));
    if (!Number.isNaN(timestamp)) this.#timestamps ??= this.#unknowns((length) => new Float64Array(length));
    this.#persons.push(this.#personIds.number(person));
    this.#items.push(this.#itemIds.number(item));
    this.#ratings?.push(rating);
    this.#timestamps?.push(timestamp);
  }

  /**
   * Persons are numbered by first appearance. The catalogue has the order of the items file, followed by unlisted items
   * in the order of their ids, so that no person's rows decide the number of an item. A history is in the order of time
   * if all its timestamps are known, otherwise in the order of rows. If a person has several rows for an item, the
   * latest one counts, with its position and rating; if that rating is not a like, the item is left out. A person
   * without any remaining item is left out of the domain.
   *
   * @throws DataError DATA_EMPTY if no row remains.
   */
  build(): Built {
    if (this.rows === 0) {
      throw new DataError('DATA_EMPTY', `the domain "${this.#name}" has no interactions: check its source`);
    }
    const { likes = EVERY_RATING, titles } = this.#options;
    const all = this.#personIds.ids();
    const met = this.#itemIds.ids();
    const catalogue = catalogueOf(met, titles);
    const place = new Map(catalogue.map((id, item) => [id, item]));
    const itemOf = Uint32Array.from(met, (id) => place.get(id) ?? 0);
    const { starts, order } = rowsByPerson(this.#persons.view(), all.length);
    const times = this.#timestamps?.view();
    if (times) sortByTime(order, starts, times);

    const rowItems = this.#items.view().map((number) => itemOf[number]);
    const ratings = this.#ratings?.view();
    const kept = new Uint32Array(order.length);
    const persons: string[] = [];
    const offsets = [0];
    // seenBy[item] is the last person (plus one) whose history holds the item.
    const seenBy = new Uint32Array(catalogue.length);
    let length = 0;
    let repeats = 0;
    for (let p = 0; p < all.length; p++) {
      const from = length;
      for (let i = starts[p + 1] - 1; i >= starts[p]; i--) {
        const row = order[i];
        const item = rowItems[row];
        if (seenBy[item] === p + 1) {
          repeats++;
          continue;
        }
        seenBy[item] = p + 1;
        if (ratings === undefined || isLike(ratings[row], likes)) kept[length++] = row;
      }
      if (length === from) continue;
      kept.subarray(from, length).reverse();
      persons.push(all[p]);
      offsets.push(length);
    }
    const disliked = this.rows - repeats - length;
    if (length === 0) {
      throw new DataError(
        'DATA_EMPTY',
        `none of the ${disliked} ratings of the domain "${this.#name}" counts as a like: choose a lower --min-rating, or "none", with "isthmus data inspect"`,
      );
    }
    const rows = kept.subarray(0, length);
    const domain = {
      name: this.#name,
      persons,
      catalogue,
      offsets: Uint32Array.from(offsets),
      items: gather(rowItems, rows, new Uint32Array(length)),
      ...(ratings && { ratings: gather(ratings, rows, new Float32Array(length)) }),
      ...(times && { timestamps: gather(times, rows, new Float64Array(length)) }),
      ...(titles && { titles: catalogue.map((id) => titles.get(id) || undefined) }),
    };
    return { domain, repeats, disliked };
  }

  #unknowns<A extends Float32Array | Float64Array>(make: (length: number) => A): Growing<A> {
    const unknowns = new Growing(make);
    for (let i = 0; i < this.rows; i++) unknowns.push(Number.NaN);
    return unknowns;
  }
}

function catalogueOf(met: readonly string[], titles: ReadonlyMap<string, string> | undefined): readonly string[] {
  const listed = titles === undefined ? [] : [...titles.keys()];
  const unlisted = titles === undefined ? met : met.filter((id) => !titles.has(id));
  return [...listed, ...unlisted.toSorted()];
}

/** @throws DataError DATA_EMPTY if there are no records, or none of them counts. */
export function buildDomain(name: string, records: Iterable<InteractionRecord>, options: BuildOptions = {}): Domain {
  const builder = new DomainBuilder(name, options);
  for (const { person, item, rating, timestamp } of records) builder.add(person, item, rating, timestamp);
  return builder.build().domain;
}

/** Row numbers grouped by person, and in row order within a person (a counting sort). */
function rowsByPerson(personOfRow: Uint32Array, persons: number): { starts: Uint32Array; order: Uint32Array } {
  const starts = new Uint32Array(persons + 1);
  for (let row = 0; row < personOfRow.length; row++) starts[personOfRow[row] + 1]++;
  for (let p = 0; p < persons; p++) starts[p + 1] += starts[p];
  const next = starts.slice(0, persons);
  const order = new Uint32Array(personOfRow.length);
  for (let row = 0; row < personOfRow.length; row++) order[next[personOfRow[row]]++] = row;
  return { starts, order };
}

/** Sorts each person's rows by time. Rows of the same second keep their order. */
function sortByTime(order: Uint32Array, starts: Uint32Array, times: Float64Array): void {
  for (let p = 0; p + 1 < starts.length; p++) {
    const begin = starts[p];
    const end = starts[p + 1];
    if (!inNeedOfSorting(order, begin, end, times)) continue;
    if (end - begin > LONG_HISTORY) order.subarray(begin, end).sort((a, b) => times[a] - times[b] || a - b);
    else insertionSort(order, begin, end, times);
  }
}

/** Above this length the library's sort is faster than insertion sort. Most histories are shorter. */
const LONG_HISTORY = 40;

function inNeedOfSorting(order: Uint32Array, begin: number, end: number, times: Float64Array): boolean {
  let sorted = true;
  for (let i = begin; i < end; i++) {
    if (Number.isNaN(times[order[i]])) return false;
    sorted &&= i === begin || times[order[i - 1]] <= times[order[i]];
  }
  return !sorted;
}

function insertionSort(order: Uint32Array, begin: number, end: number, times: Float64Array): void {
  for (let i = begin + 1; i < end; i++) {
    const row = order[i];
    let place = i;
    while (place > begin && times[order[place - 1]] > times[row]) {
      order[place] = order[place - 1];
      place--;
    }
    order[place] = row;
  }
}

function gather<A extends Uint32Array | Float32Array | Float64Array>(values: A, rows: Uint32Array, into: A): A {
  for (let i = 0; i < into.length; i++) into[i] = values[rows[i]];
  return into;
}
