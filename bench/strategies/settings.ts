/** The pairs of domains on which strategies are measured, each split by a seed. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import type { ColdPerson } from '../../core/data/cold-person.ts';
import { findTwins, withoutTwins } from '../../core/evaluation/twins.ts';
import type { Domain } from '../../core/data/domain.ts';
import { readGameVideo } from '../../core/data/game-video.ts';
import type { PublishedDirection, GameVideoFolder } from '../../core/data/game-video.ts';
import { popularityNegatives, uniformNegatives } from '../../core/evaluation/negatives.ts';
import type { Negatives } from '../../core/evaluation/negatives.ts';
import { gameVideoNegatives } from '../../core/evaluation/published.ts';
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
}

export type Setting = (seed: number) => Trial;

const published: Readonly<Record<string, number | undefined>> = { 'game-video': 0, 'video-game': 1 };

/**
 * @param name SOURCE-TARGET. In the published split, a seed draws only the negatives.
 * @param withFacts true: the source has vectors of its items and interests of its persons.
 */
export async function settingNamed(name: string, data: string, withFacts = false): Promise<Setting> {
  const place = published[name];
  if (place !== undefined) return publishedSetting(data, place);
  const [plain, target] = await Promise.all(name.split('-').map((one) => domainOf(data, one)));
  const source = withFacts ? withItemFacts(plain, join(data, 'amazon', `${plain.name}.items.tsv`)) : plain;
  return (seed) => {
    const split = coldSplit(target, [source], { seed });
    const drawn = { target: split.target, seed };
    return { sources: [source], split, negatives: [uniformNegatives(drawn), popularityNegatives(drawn)] };
  };
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
