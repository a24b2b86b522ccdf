/**
 * Synthetic worlds. Each person has a taste, partly shared across domains and partly specific to each; items have a
 * long-tailed popularity. A person draws items without replacement in proportion to exp(popularity + affinity)
 * (Plackett-Luce, by a race of exponential times). So the log-odds are the true preference, and ranking by them is the best
 * possible result.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import { Prng } from '../../core/random/prng.ts';
import { title } from './titles.ts';
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
  const catalogues = options.platforms.map((name) =>
    catalogue(options.isOneCatalogue === true ? 'item' : name, options),
  );
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
    const feed = options.feeds?.[name];
    const own = feed === undefined ? options : { ...options, meanHistory: feed, tasteStrength: FEED_TASTE };
    const race = new Race(catalogues[platform], own);
    const watched: number[] = [];
    for (const [row, person] of persons.entries()) {
      const random = new Prng(`${options.seed}/history/${name}/${person}`);
      const count = historyLength(random, own);
      const taste = tasteOn(platform, person);
      for (const item of race.draw(taste, count, random)) {
        drawn.push(item);
        if (feed === undefined) continue;
        const liking = affinityScale(options) * affinity(taste, catalogues[platform].vectors, item);
        watched.push(1 / (1 + Math.exp(1 - liking - random.gaussian())));
      }
      offsets[row + 1] = drawn.length;
    }
    const { ids, titles } = catalogues[platform];
    const ratings = feed === undefined ? undefined : Float32Array.from(watched);
    return {
      name,
      persons,
      catalogue: ids,
      titles,
      offsets,
      items: Uint32Array.from(drawn),
      ...(ratings && { ratings }),
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
        const own = isFeed ? { ...options, tasteStrength: FEED_TASTE } : options;
        return preferences(tasteOn(platform, person), catalogues[platform], own);
      },
    },
  };
}

/** Standard deviation of a person's affinity for the items that a feed shows, in log-odds. */
const FEED_TASTE = 0.4;

interface Catalogue {
  readonly ids: readonly string[];
  readonly titles: readonly string[];
  readonly vectors: Float32Array /* [items, tasteDimensions] */;
  readonly popularity: Float32Array /* [items], log-odds */;
}

function catalogue(name: string, options: SyntheticWorldOptions): Catalogue {
  const random = new Prng(`${options.seed}/catalogue/${name}`);
  const { items, tasteDimensions } = options;
  const vectors = new Float32Array(items * tasteDimensions);
  const popularity = new Float32Array(items);
  const titles: string[] = [];
  const ranks = random.shuffle(Uint32Array.from({ length: items }, (_, index) => index));
  for (let item = 0; item < items; item++) {
    let strongest = 0;
    for (let k = 0; k < tasteDimensions; k++) {
      const value = random.gaussian();
      vectors[item * tasteDimensions + k] = value;
      if (Math.abs(value) > Math.abs(vectors[item * tasteDimensions + strongest])) strongest = k;
    }
    popularity[item] = -options.popularityExponent * Math.log(ranks[item] + 3);
    const isPositive = vectors[item * tasteDimensions + strongest] > 0;
    titles.push(title(2 * strongest + (isPositive ? 1 : 0), random));
  }
  return { ids: titles.map((_, item) => `${name}-${String(item).padStart(5, '0')}`), titles, vectors, popularity };
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
  if (options.platforms.length < 2) throw new RangeError('synthetic world: platforms must name at least two');
}
