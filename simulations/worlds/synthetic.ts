/**
 * Synthetic worlds. Each person has a taste, partly shared across domains and partly specific to each; items have a
 * long-tailed popularity. A person draws items without replacement in proportion to exp(popularity + affinity)
 * (Plackett-Luce, by a race of exponential times). So the log-odds are the true preference, and ranking by them is the best
 * possible result.
 *
 * Three traits can be added: a platform of links, whose items are its own persons; periods, in which new items appear and older ones
 * fade; titles in two languages.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import { Prng } from '../../core/random/prng.ts';
import { title } from './titles.ts';
import { twoLanguages } from './two-languages.ts';
import type { TwoLanguages } from './two-languages.ts';
import type { World } from './world.ts';

export interface SyntheticWorldOptions {
  readonly seed: string;
  /** Names of the platforms. */
  readonly platforms: readonly string[];
  /** Persons on each platform. */
  readonly persons: number;
  /** Persons on single platforms, at most `persons`; absent: `persons`. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** True if all platforms sell the same items; absent: each has items of its own. */
  readonly isOneCatalogue?: boolean;
  /**
   * Mean views of a person on platforms with a feed; absent: none has one. A feed shows items that follow taste only weakly. Each
   * view has the watched fraction as its rating, which follows taste strongly.
   */
  readonly feeds?: Readonly<Record<string, number>>;
  /** Items of each catalogue. */
  readonly items: number;
  /** Share of a platform's persons who are on all platforms, 0 to 1. */
  readonly overlap: number;
  /** Mean interactions of a person on a platform, at least 3. The distribution is long-tailed. */
  readonly meanHistory: number;
  /** Dimensions of taste. */
  readonly tasteDimensions: number;
  /** Share of the taste's variance that is the same on every platform, 0 to 1. */
  readonly sharedTaste: number;
  /** Standard deviation of a person's affinity for items, in log-odds. */
  readonly tasteStrength: number;
  /** Exponent of the items' popularity (Zipf). */
  readonly popularityExponent: number;
  /** The platform, one of `platforms`, whose items are its own persons; absent: none. */
  readonly links?: string;
  /** Number of periods of {@link PERIOD_DAYS} days over which the histories are spread; absent: interactions have no time. */
  readonly periods?: number;
  /** True if the titles of every second platform are in another language. */
  readonly hasTwoLanguages?: boolean;
}

/**
 * Close to real data: about 10 interactions per person, a density of half a percent, half of the events on the most
 * popular tenth.
 */
export const DEFAULT_SYNTHETIC_WORLD: SyntheticWorldOptions = {
  seed: '1',
  platforms: ['films', 'books', 'music'],
  persons: 6000,
  items: 1500,
  overlap: 0.5,
  meanHistory: 11,
  tasteDimensions: 6,
  sharedTaste: 0.8,
  tasteStrength: 2,
  popularityExponent: 0.7,
};

/** @throws RangeError naming an option that is out of range. */
export function syntheticWorld(options: SyntheticWorldOptions = DEFAULT_SYNTHETIC_WORLD): World {
  check(options);
  const tastes = new Map<string, Float32Array>();
  const shared = Math.round(options.persons * options.overlap);

  const personsOf = (platform: number): string[] =>
    Array.from({ length: options.sizes?.[options.platforms[platform]] ?? options.persons }, (_, index) => {
      const number = index < shared ? index : shared + platform * (options.persons - shared) + (index - shared);
      return `s${String(number).padStart(6, '0')}`;
    });

  const tasteOf = (person: string): Float32Array => {
    let taste = tastes.get(person);
    if (taste === undefined) {
      taste = gaussianVector(new Prng(`${options.seed}/taste/${person}`), options.tasteDimensions);
      tastes.set(person, taste);
    }
    return taste;
  };

  const languages = options.hasTwoLanguages === true ? languagesOf(options) : undefined;
  const catalogues = options.platforms.map((name, platform) => {
    if (name === options.links) return personsAsItems(name, personsOf(platform), tasteOf, options);
    const titleOf = languages && ((...traits: Traits) => languages.title(platform % 2, ...traits));
    return catalogue(options.isOneCatalogue === true ? 'item' : name, options, titleOf);
  });

  /** The person's taste on this platform: the shared and its own part. */
  const tasteOn = (platform: number, person: string): Float32Array => {
    const own = gaussianVector(
      new Prng(`${options.seed}/taste/${person}/${options.platforms[platform]}`),
      options.tasteDimensions,
    );
    const taste = tasteOf(person);
    return taste.map(
      (value, k) => Math.sqrt(options.sharedTaste) * value + Math.sqrt(1 - options.sharedTaste) * own[k],
    );
  };

  const domains = options.platforms.map((name, platform): Domain => {
    const persons = personsOf(platform);
    const offsets = new Uint32Array(persons.length + 1);
    const drawn: number[] = [];
    const times: number[] = [];
    const feed = options.feeds?.[name];
    const shape = feed === undefined ? options : { ...options, meanHistory: feed, tasteStrength: FEED_TASTE };
    const { ids, odds, titles, vectors } = catalogues[platform];
    const races = odds.map((popularity) => new Race({ ...catalogues[platform], popularity }, shape));
    const watched: number[] = [];
    for (const [row, person] of persons.entries()) {
      const random = new Prng(`${options.seed}/history/${name}/${person}`);
      const count = historyLength(random, shape);
      const taste = tasteOn(platform, person);
      // Nobody is linked with oneself.
      const taken = new Set(name === options.links ? [row] : []);
      races.forEach((race, period) => {
        const own = Math.floor(((period + 1) * count) / races.length) - Math.floor((period * count) / races.length);
        const found = race.draw(taste, taken.size + own, random).filter((item) => !taken.has(item));
        for (const item of found.slice(0, own)) {
          taken.add(item);
          drawn.push(item);
          if (feed === undefined) continue;
          const liking = affinityScale(options) * affinity(taste, vectors, item);
          watched.push(1 / (1 + Math.exp(1 - liking - random.gaussian())));
        }
        if (options.periods !== undefined) times.push(...timesIn(period, own, random));
      });
      offsets[row + 1] = drawn.length;
    }
    return {
      name,
      persons,
      catalogue: ids,
      ...(titles && { titles }),
      offsets,
      items: Uint32Array.from(drawn),
      ...(feed !== undefined && { ratings: Float32Array.from(watched) }),
      ...(options.periods !== undefined && { timestamps: Float64Array.from(times) }),
    };
  });

  const placeOf = (domain: string): number => {
    const platform = options.platforms.indexOf(domain);
    if (platform < 0) throw new RangeError(`the synthetic world has no domain "${domain}"`);
    return platform;
  };
  return {
    name: 'synthetic',
    readings: [],
    domains,
    truth: {
      catalogue: (domain) => catalogues[placeOf(domain)].ids,
      preference: (domain, person) => {
        const platform = placeOf(domain);
        const isFeed = options.feeds?.[domain] !== undefined;
        const shape = isFeed ? { ...options, tasteStrength: FEED_TASTE } : options;
        const found = preferences(tasteOn(platform, person), catalogues[platform], shape);
        // Nobody is linked with oneself.
        return domain === options.links
          ? found.map((value, item) => (catalogues[platform].ids[item] === person ? -Infinity : value))
          : found;
      },
    },
  };
}

/** Standard deviation of a person's affinity for the items that a feed shows, in log-odds. */
const FEED_TASTE = 0.4;

interface Catalogue {
  readonly ids: readonly string[];
  readonly titles?: readonly string[];
  readonly vectors: Float32Array /* [items, tasteDimensions] */;
  /** Over all periods. */
  readonly popularity: Float32Array /* [items], log-odds */;
  /** Popularity in each period; one where there are none. */
  readonly odds: readonly Float32Array[];
}

/** The two strongest traits of an item. */
type Traits = readonly [strongest: number, second: number, random: Prng];

function catalogue(
  name: string,
  options: SyntheticWorldOptions,
  titleOf: (...traits: Traits) => string = (strongest, _, random) => title(strongest, random),
): Catalogue {
  const random = new Prng(`${options.seed}/catalogue/${name}`);
  const { items, tasteDimensions } = options;
  const vectors = new Float32Array(items * tasteDimensions);
  const popularity = new Float32Array(items);
  const titles: string[] = [];
  const ranks = random.shuffle(Uint32Array.from({ length: items }, (_, index) => index));
  for (let item = 0; item < items; item++) {
    const vector = gaussianVector(random, tasteDimensions);
    vectors.set(vector, item * tasteDimensions);
    popularity[item] = -options.popularityExponent * Math.log(ranks[item] + 3);
    // Each end of a taste is a trait.
    const order = Array.from(vector.keys()).sort((a, b) => Math.abs(vector[b]) - Math.abs(vector[a]));
    const [strongest, second = strongest] = order.map((k) => 2 * k + (vector[k] > 0 ? 1 : 0));
    titles.push(titleOf(strongest, second, random));
  }
  const ids = titles.map((_, item) => `${name}-${String(item).padStart(5, '0')}`);
  if (options.periods === undefined) return { ids, titles, vectors, popularity, odds: [popularity] };
  const odds = oddsByPeriod(popularity, options.periods, new Prng(`${options.seed}/periods/${name}`));
  const totals = odds.map((own) => own.reduce((sum, value) => sum + Math.exp(value), 0));
  // Each period has as many interactions of a person as any other, so an item's shares add up.
  const shares = popularity.map((_, item) =>
    odds.reduce((sum, own, period) => sum + Math.exp(own[item]) / totals[period], 0),
  );
  return { ids, titles, vectors, popularity: shares.map(Math.log), odds };
}

/** A catalogue of persons: each is placed by the taste that all platforms share. */
function personsAsItems(
  name: string,
  persons: readonly string[],
  tasteOf: (person: string) => Float32Array,
  options: SyntheticWorldOptions,
): Catalogue {
  const random = new Prng(`${options.seed}/catalogue/${name}`);
  const vectors = new Float32Array(persons.length * options.tasteDimensions);
  persons.forEach((person, row) => vectors.set(tasteOf(person), row * options.tasteDimensions));
  // Some persons are liked by many.
  const popularity = Float32Array.from(persons, () => 0.5 * random.gaussian());
  return { ids: persons, vectors, popularity, odds: [popularity] };
}

/** Days of one period. */
export const PERIOD_DAYS = 90;
const FIRST_DAY = Date.UTC(2024, 0, 1) / 1000;
/** Log-odds that a new item has beside its popularity; they fall by a factor of e per period. */
const FRESH = 3;
/** Log-odds of an item that has not appeared yet. */
const NOT_YET = -12;

/** Each item appears in one of the periods, and fades afterwards. Half of them are there from the first on. */
function oddsByPeriod(popularity: Float32Array, periods: number, random: Prng): readonly Float32Array[] {
  const born = Float64Array.from(popularity, () => Math.max(0, random.integer(2 * periods) - periods));
  return Array.from({ length: periods }, (_, period) =>
    popularity.map((value, item) => (born[item] > period ? NOT_YET : value + FRESH * Math.exp(born[item] - period))),
  );
}

/** Times of so many interactions in a period, ascending, in Unix seconds. */
function timesIn(period: number, count: number, random: Prng): Float64Array {
  const seconds = PERIOD_DAYS * 86_400;
  return Float64Array.from({ length: count }, () =>
    Math.floor(FIRST_DAY + (period + random.uniform()) * seconds),
  ).sort();
}

/** Languages whose topics and brands are the two ends of each taste. */
function languagesOf({ seed, tasteDimensions }: SyntheticWorldOptions): TwoLanguages {
  const ends = 2 * tasteDimensions;
  return twoLanguages({ topics: ends, brands: ends }, new Prng(`${seed}/languages`));
}

/** Log-odds of all items. */
function preferences(
  taste: Float32Array,
  { popularity, vectors }: Catalogue,
  options: SyntheticWorldOptions,
): Float32Array {
  const scale = affinityScale(options);
  return popularity.map((value, item) => value + scale * affinity(taste, vectors, item));
}

function affinityScale({ tasteDimensions, tasteStrength }: SyntheticWorldOptions): number {
  return tasteStrength / Math.sqrt(tasteDimensions);
}

function affinity(taste: Float32Array, vectors: Float32Array, item: number): number {
  const at = item * taste.length;
  let dot = 0;
  for (let k = 0; k < taste.length; k++) dot += taste[k] * vectors[at + k];
  return dot;
}

/** At least 3, plus a log-normal tail with the requested mean. */
function historyLength(random: Prng, options: SyntheticWorldOptions): number {
  const sigma = 0.9;
  const extra = Math.exp(Math.log(options.meanHistory - 3 + 1e-9) - sigma ** 2 / 2 + sigma * random.gaussian());
  return Math.min(3 + Math.floor(extra + random.uniform()), Math.floor(options.items / 4));
}

/** Steps per unit in the table of exponentials, and its largest exponent. The smallest one is -END. */
const STEP = 8;
const END = 20;

/**
 * Draws items without replacement in proportion to their odds. Each item gets an exponential time whose rate is its odds, and the
 * first `count` items are drawn (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006). Few items can be
 * among the first, so most are refused without a logarithm or an exponential of their own.
 */
class Race {
  readonly #vectors: Float32Array;
  /** exp(popularity) of each item. */
  readonly #odds: Float64Array;
  readonly #scale: number;
  /** Entry i is exp((i - STEP END) / STEP). */
  readonly #exponentials: Float64Array;

  constructor({ popularity, vectors }: Catalogue, options: SyntheticWorldOptions) {
    this.#vectors = vectors;
    this.#odds = Float64Array.from(popularity, Math.exp);
    this.#scale = affinityScale(options);
    this.#exponentials = Float64Array.from({ length: 2 * STEP * END + 1 }, (_, i) => Math.exp(i / STEP - END));
  }

  /** The first `count` items, the first one first. */
  draw(taste: Float32Array, count: number, random: Prng): Uint32Array {
    const times = new Float64Array(count).fill(Infinity);
    const first = new Uint32Array(count);
    for (let item = 0; item < this.#odds.length; item++) {
      const uniform = random.uniform();
      const exponent = this.#scale * affinity(taste, this.#vectors, item);
      const last = times[count - 1];
      // -log(u) is at least 1 - u. An item that is too late by this lower bound is too late.
      if (1 - uniform >= last * this.#odds[item] * this.#above(exponent)) continue;
      const time = -Math.log(uniform + 1e-300) / (this.#odds[item] * Math.exp(exponent));
      if (time >= last) continue;
      let place = count - 1;
      for (; place > 0 && times[place - 1] > time; place--) {
        times[place] = times[place - 1];
        first[place] = first[place - 1];
      }
      times[place] = time;
      first[place] = item;
    }
    return first;
  }

  /** An upper bound of exp(exponent). Between the table's ends it is less than exp(1 / STEP) times too large. */
  #above(exponent: number): number {
    const at = Math.ceil(STEP * (exponent + END));
    return at < 0 ? this.#exponentials[0] : at < this.#exponentials.length ? this.#exponentials[at] : Infinity;
  }
}

function gaussianVector(random: Prng, dimensions: number): Float32Array {
  return Float32Array.from({ length: dimensions }, () => random.gaussian());
}

function check(options: SyntheticWorldOptions): void {
  const atLeast = (name: keyof SyntheticWorldOptions, value: number, least: number, most = Infinity): void => {
    if (!(value >= least && value <= most)) {
      throw new RangeError(`synthetic world: ${name} must be from ${least} to ${most}, not ${value}`);
    }
  };
  atLeast('persons', options.persons, 1);
  for (const size of Object.values(options.sizes ?? {})) atLeast('sizes', size, 1, options.persons);
  atLeast('items', options.items, 20);
  atLeast('overlap', options.overlap, 0, 1);
  atLeast('meanHistory', options.meanHistory, 3);
  atLeast('tasteDimensions', options.tasteDimensions, 1);
  atLeast('sharedTaste', options.sharedTaste, 0, 1);
  if (options.periods !== undefined) atLeast('periods', options.periods, 1);
  if (options.links !== undefined && !options.platforms.includes(options.links)) {
    throw new RangeError(`synthetic world: links names ${options.links}, which is none of its platforms`);
  }
  if (options.platforms.length < 2) throw new RangeError('synthetic world: platforms must name at least two');
}
