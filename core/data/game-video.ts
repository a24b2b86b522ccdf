/**
 * The published cold-start split of Amazon games and videos (J. Cao et al., "Cross-Domain Recommendation to Cold-Start
 * Users via Variational Information Bottleneck", ICDE 2022). It has two folders, each with `train.txt valid.txt
 * test.txt`, without header, with rows of user and item. `game_video` has games as its target, `video_game` videos.
 * Users below 2,179 are the same person in both folders. Higher user numbers, and all item numbers, are separate in
 * each domain.
 * @module
 */
import { DomainBuilder } from './build.ts';
import type { ColdPerson } from './cold-person.ts';
import type { Domain } from './domain.ts';
import { DataError } from './errors.ts';
import { historyLength, itemIndex, personIndex, sharedPersons } from './select.ts';

/** Users below this number have the same number in both domains. */
export const GAME_VIDEO_SHARED_USERS = 2179;

/** The texts of one folder. */
export interface GameVideoFolder {
  readonly train: string;
  readonly valid: string;
  readonly test: string;
}

/** One direction of transfer: persons known in `source` are cold in `target`. */
export interface PublishedDirection {
  readonly name: 'video -> game' | 'game -> video';
  readonly source: Domain;
  /** Training interactions. No cold person has any. */
  readonly target: Domain;
  /** Persons known on both sides. */
  readonly warm: readonly string[];
  /** Cold persons for choosing hyper-parameters: mostly the same persons as in `test`, with other positives. */
  readonly valid: readonly ColdPerson[];
  readonly test: readonly ColdPerson[];
}

/**
 * Both directions, the one with games as the target first.
 * @throws DataError DATA_FORMAT_BROKEN naming file and line; DATA_UNKNOWN_ID for a hidden item that training lacks.
 */
export function readGameVideo(
  gameVideo: GameVideoFolder,
  videoGame: GameVideoFolder,
): [PublishedDirection, PublishedDirection] {
  const game = domainOf('game', gameVideo.train, 'game_video/train.txt');
  const video = domainOf('video', videoGame.train, 'video_game/train.txt');
  const warm = sharedPersons(game, video);
  const direction = (
    name: PublishedDirection['name'],
    source: Domain,
    target: Domain,
    folder: GameVideoFolder,
    path: string,
  ): PublishedDirection => ({
    name,
    source,
    target,
    warm,
    valid: coldPersons(source, target, folder.valid, `${path}/valid.txt`),
    test: coldPersons(source, target, folder.test, `${path}/test.txt`),
  });
  return [
    direction('video -> game', video, game, gameVideo, 'game_video'),
    direction('game -> video', game, video, videoGame, 'video_game'),
  ];
}

function domainOf(name: string, text: string, file: string): Domain {
  const builder = new DomainBuilder(name);
  for (const [user, item] of pairs(text, file)) builder.add(personId(name, user), itemId(name, item));
  return builder.build().domain;
}

function coldPersons(source: Domain, target: Domain, text: string, file: string): ColdPerson[] {
  const items = itemIndex(target);
  const sourcePersons = personIndex(source);
  const targetPersons = personIndex(target);
  const positives = new Map<string, Set<number>>();
  for (const [user, item] of pairs(text, file)) {
    const person = personId(target.name, user);
    const index = items.get(itemId(target.name, item));
    if (index === undefined) {
      throw new DataError('DATA_UNKNOWN_ID', `${file}: item ${item} is in no training row, so it cannot be ranked`);
    }
    if (targetPersons.has(person)) {
      throw new DataError('DATA_FORMAT_BROKEN', `${file}: user ${user} has training rows, so they are not cold`);
    }
    const known = positives.get(person);
    if (known) known.add(index);
    else positives.set(person, new Set([index]));
  }
  return Array.from(positives, ([person, hidden]) => {
    const p = sourcePersons.get(person);
    return {
      person,
      positives: Uint32Array.from(hidden),
      sourceInteractions: p === undefined ? 0 : historyLength(source, p),
    };
  });
}

function personId(domain: string, user: number): string {
  return user < GAME_VIDEO_SHARED_USERS ? `u${user}` : `${domain}-u${user}`;
}

function itemId(domain: string, item: number): string {
  return `${domain}-${item}`;
}

function* pairs(text: string, file: string): Generator<[number, number]> {
  let line = 0;
  for (const row of text.split('\n')) {
    line++;
    if (row.trim() === '') continue;
    const match = /^(\d+)\s+(\d+)\s*$/.exec(row);
    if (!match) {
      throw new DataError('DATA_FORMAT_BROKEN', `${file}, line ${line}: expected a user and an item number`);
    }
    yield [Number(match[1]), Number(match[2])];
  }
}
