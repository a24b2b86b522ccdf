/** The pairs of domains on which strategies are measured, each split by a seed. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFacts } from '../../client/data/beside.ts';
import { inspectSource } from '../../client/data/inspect.ts';
import type { ColdPerson } from '../../core/data/cold-person.ts';
import { findTwins, withoutTwins } from '../../core/evaluation/twins.ts';
import type { Domain } from '../../core/data/domain.ts';
import { readItemVectors } from '../../core/data/item-facts.ts';
import { readGameVideo } from '../../core/data/game-video.ts';
import type { PublishedDirection, GameVideoFolder } from '../../core/data/game-video.ts';
import { popularityNegatives, uniformNegatives } from '../../core/evaluation/negatives.ts';
import type { Negatives } from '../../core/evaluation/negatives.ts';
import { gameVideoNegatives } from '../../core/evaluation/published.ts';
import { historyOf, personIndex, withoutPersons } from '../../core/data/select.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import { withItemFacts } from './item-facts.ts';
import type { ColdSplit } from '../../core/evaluation/split.ts';

export interface Trial {
  readonly sources: readonly Domain[];
  readonly split: ColdSplit;
  readonly negatives: readonly Negatives[];
  /** 1 for a positive without a twin on the source, in the order of the cold persons; absent: twins were not looked for. */
  readonly keep?: Uint8Array;
  /** Persons of a published split on whom a baseline may choose. */
  readonly validation?: readonly ColdPerson[];
  /** Number of places of the vocabulary, in which each item of each platform has one. */
  readonly vocabulary?: number;
}

export interface SettingOptions {
  /** True: the sources have vectors of their items and interests of their persons. */
  readonly withFacts?: boolean;
  /** A folder with files of item vectors, which take the place of those of words. */
  readonly vectors?: string;
  /** Items that sources know of each person who is linked or cold; absent: all. */
  readonly met?: number;
  /** A source that knows no linked person, and alone knows the cold ones. */
  readonly unlinked?: string;
}

export type Setting = (seed: number) => Trial;

const published: Readonly<Record<string, number | undefined>> = { 'game-video': 0, 'video-game': 1 };

/** @param name SOURCE+SOURCE-TARGET. In the published split, a seed draws only the negatives. */
export async function settingNamed(name: string, data: string, options: SettingOptions = {}): Promise<Setting> {
  const place = published[name];
  if (place !== undefined) return publishedSetting(data, place);
  const [left, right] = name.split('-');
  const target = await domainOf(data, right);
  const plain = await Promise.all(left.split('+').map((one) => domainOf(data, one)));
  const itemsFile = (domain: Domain): string => join(data, 'amazon', `${domain.name}.items.tsv`);
  const withWords = options.withFacts === true ? withItemFacts(plain, itemsFile) : plain;
  const sources = options.vectors === undefined ? withWords : await withVectors(withWords, options.vectors);
  return (seed) => {
    const split = coldSplit(target, sources, { seed });
    const drawn = { target: split.target, seed };
    const negatives = [uniformNegatives(drawn), popularityNegatives(drawn)];
    const whole = { sources: sources.map(shortened(split, options.met)), split, negatives };
    return inOneVocabulary(options.unlinked === undefined ? whole : unlinkedFrom(options.unlinked, whole));
  };
}

function withVectors(domains: readonly Domain[], folder: string): Promise<readonly Domain[]> {
  return Promise.all(
    domains.map(async (domain) => ({
      ...domain,
      vectors: await readFacts(join(folder, `${domain.name}.vectors.tsv`), readItemVectors),
    })),
  );
}

/** The trial in which one source knows no linked person, and it alone knows the cold ones. */
function unlinkedFrom(name: string, { negatives, sources, split }: Trial): Trial {
  const source = sources.find((one) => one.name === name);
  if (source === undefined) throw new Error(`--unlinked ${name}: name one of the sources`);
  const known = personIndex(source);
  const cold = split.cold.filter(({ person }) => known.has(person));
  const isCold = new Set(cold.map(({ person }) => person));
  const others = sources.filter((one) => one !== source).map((one) => withoutPersons(one, isCold));
  const knownThere = new Set(others.flatMap(({ persons }) => persons));
  const linked = split.linked.filter((person) => knownThere.has(person));
  return {
    sources: [withoutPersons(source, new Set(split.linked)), ...others],
    split: { ...split, cold, linked },
    negatives,
  };
}

/** Sources as they are when persons have met only so many items there. */
function shortened({ cold, linked }: ColdSplit, met: number | undefined): (domain: Domain) => Domain {
  const isNew = new Set([...linked, ...cold.map(({ person }) => person)]);
  return (domain) => {
    if (met === undefined) return domain;
    const kept = domain.persons.map((person, row) => {
      const { items } = historyOf(domain, row);
      return isNew.has(person) ? items.subarray(0, met) : items;
    });
    const offsets = new Uint32Array(kept.length + 1);
    kept.forEach(({ length }, row) => (offsets[row + 1] = offsets[row] + length));
    const items = new Uint32Array(offsets[kept.length]);
    kept.forEach((own, row) => items.set(own, offsets[row]));
    const { ratings: _ratings, timestamps: _timestamps, ...rest } = domain;
    return { ...rest, offsets, items };
  };
}

/** Every item of every platform has a place of its own: these platforms share no items, but for one of sports and toys. */
function inOneVocabulary(trial: Trial): Trial {
  let places = 0;
  const placed = (domain: Domain): Domain => {
    const first = places;
    places += domain.catalogue.length;
    return { ...domain, places: Int32Array.from(domain.catalogue, (_, item) => first + item) };
  };
  const sources = trial.sources.map(placed);
  const split = { ...trial.split, target: placed(trial.split.target) };
  return { ...trial, sources, split, vocabulary: places };
}

async function publishedSetting(data: string, place: number): Promise<Setting> {
  const direction = (await gameVideo(data))[place];
  const { source, target, warm, test, valid } = direction;
  const split: ColdSplit = { target, cold: test, warm, linked: warm, unmetPositives: 0 };
  const keep = withoutTwins(test, [{ domain: source, twins: findTwins(source, target, warm) }]);
  return (seed) => ({
    sources: [source],
    split,
    negatives: [gameVideoNegatives(direction, seed)],
    keep,
    validation: valid,
  });
}

/** Both directions of the published split. */
export async function gameVideo(data: string): Promise<readonly PublishedDirection[]> {
  const texts = async (folder: string): Promise<GameVideoFolder> => {
    const read = (file: string): Promise<string> => readFile(join(data, 'game-video', folder, `${file}.txt`), 'utf8');
    return { train: await read('train'), valid: await read('valid'), test: await read('test') };
  };
  return readGameVideo(await texts('game_video'), await texts('video_game'));
}

/** A domain of amazon/ or douban/. */
export async function domainOf(data: string, name: string): Promise<Domain> {
  const folder = ['amazon', 'douban'].find((set) => existsSync(join(data, set, `${name}.tsv`)));
  if (folder === undefined) throw new Error(`no ${name}.tsv in amazon/ or douban/ of ISTHMUS_DATA`);
  // Every rating counts as a like, as in the published figures for comparison.
  return (await inspectSource(join(data, folder, `${name}.tsv`), { name, minRating: null })).report.domain;
}
