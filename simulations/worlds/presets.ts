/**
 * Named synthetic worlds, one for each way in which platforms can differ. They need no data.
 * @module
 */
import { DEFAULT_SYNTHETIC_WORLD } from './synthetic.ts';
import type { SyntheticWorldOptions } from './synthetic.ts';

export const PRESET_NAMES = [
  'cross-category',
  'cross-site',
  'cross-platform',
  'short-long-video',
  'periods',
  'social',
  'cross-lingual',
] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** Persons of each site of `cross-site`, as shares of `persons`: large and small ones, and one that begins. */
const SITES = { north: 0.4, south: 0.35, east: 0.25, west: 0.15, newcomer: 0.1 };

type Given = Pick<SyntheticWorldOptions, 'seed' | 'persons' | 'items' | 'meanHistory'>;

/** What each world is, for people. */
export const PRESET_SENTENCES: Readonly<Record<PresetName, string>> = {
  'cross-category': 'Each platform has items of its own, and half of the persons are on all of them.',
  'cross-site': 'Large and small sites have one catalogue and nobody in common.',
  'cross-platform': 'A phone app, a web site and a store have one catalogue and some persons in common.',
  'short-long-video':
    'A feed of short videos has many views with their watched fractions as ratings; a catalogue of films has few choices.',
  periods: 'Interactions have times over eight quarters, in each of which new items appear and older ones fade.',
  social: 'The platform "friends" has persons as items: its interactions are links between persons of like tastes.',
  'cross-lingual':
    'Two platforms have titles in different languages; only brands are written nearly alike, and few persons are on both.',
};

/** Views of a person on the feed of `short-long-video`, per choice on the other platform. */
const VIEWS_PER_CHOICE = 5;

export function presetWorld(preset: PresetName, given: Given): SyntheticWorldOptions {
  const world = { ...DEFAULT_SYNTHETIC_WORLD, ...given };
  switch (preset) {
    case 'cross-category':
      return world;
    case 'cross-site': {
      const platforms = Object.keys(SITES);
      const sizes = Object.fromEntries(
        Object.entries(SITES).map(([name, share]) => [name, Math.round(share * given.persons)]),
      );
      // Taste decides more than popularity, so that there is something to learn together.
      return {
        ...world,
        platforms,
        sizes,
        isOneCatalogue: true,
        overlap: 0,
        tasteStrength: 3,
        popularityExponent: 0.5,
      };
    }
    case 'cross-platform':
      return { ...world, platforms: ['phone', 'web', 'store'], isOneCatalogue: true, overlap: 0.3 };
    case 'short-long-video':
      return { ...world, platforms: ['shorts', 'films'], feeds: { shorts: VIEWS_PER_CHOICE * given.meanHistory } };
    case 'periods':
      return { ...world, periods: 8 };
    case 'social':
      return { ...world, platforms: ['friends', 'films', 'books'], links: 'friends' };
    case 'cross-lingual':
      return { ...world, platforms: ['north', 'south'], hasTwoLanguages: true, overlap: 0.1 };
  }
}
