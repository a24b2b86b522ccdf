/**
 * Shared minus private subspace at the same epsilon: a platform's item vectors from everybody's masked sums, its own persons
 * among them, and from noisy sums over its own persons alone. Both choose among the same 30 configurations and weights of the
 * platform's own popularity.
 */
import { itemCounts, restrictPersons } from '../../core/data/select.ts';
import { boardOf, heldOf } from './board.ts';
import type { Board } from './board.ts';
import { Picks, planNumbers, termsOf } from './cell.ts';
import type { Means, Measured } from './cell.ts';
import type { Blend } from './choice.ts';
import { combinations, weighted } from './choice.ts';
import { popularityScorer, subspaceScorer } from './lists.ts';
import type { SubspaceScoring } from './lists.ts';
import type { Market, World } from './markets.ts';
import { TRAINING } from './setting.ts';
import type { Setting } from './setting.ts';
import { sitesOf } from './sites.ts';
import type { Sites } from './sites.ts';
import { trainSubspace } from './subspace.ts';
import type { Training } from './subspace.ts';

const TRAININGS: readonly Training[] = [
  { ...TRAINING, dimension: 16, rounds: 1, weightExponent: 0, rowShrink: 0.5 },
  { ...TRAINING, dimension: 16, weightExponent: 0, countFloor: 30, rowShrink: 0.25 },
  TRAINING,
];

/** With the trainings, 30 configurations. */
const SCORINGS: readonly SubspaceScoring[] = [0, 0.25, 0.5, 0.75, 1].flatMap((itemEvening) =>
  [0.7, 1].map((itemNorm) => ({ itemEvening, itemNorm, personEvening: 0 })),
);

const ARMS = ['shared', 'private'] as const;
type Arm = (typeof ARMS)[number];

export function diagnose(
  world: World,
  market: Market,
  setting: Setting,
  own: number,
  cut: string,
  prior: readonly Means[],
): Measured {
  const { board, sites } = diagnosisBoard(world, market, setting, own, cut);
  const picks = new Picks(board, prior);
  for (const arm of ARMS) picks.choose(arm, configurationsOf(arm));
  return picks.measured(planNumbers(sites, setting, cut));
}

export function diagnosisMeans(world: World, market: Market, setting: Setting, own: number, cut: string): Means {
  const { board } = diagnosisBoard(world, market, setting, own, cut);
  return Object.fromEntries(ARMS.map((arm) => [arm, Object.fromEntries(board.scored(configurationsOf(arm)))]));
}

function diagnosisBoard(
  world: World,
  market: Market,
  setting: Setting,
  own: number,
  cut: string,
): { board: Board; sites: Sites } {
  const { board: whole, own: most } = boardOf(market, cut);
  const board = whole.withHeld(heldOf(own));
  const rows = most.slice(0, own);
  const sites = sitesOf(world, market, rows, setting, cut);
  const alone = restrictPersons(market.train, rows);
  const items = market.counts.length;
  board.put('P', popularityScorer(itemCounts(alone)));
  const itself = Uint32Array.from({ length: items }, (_, item) => item);
  TRAININGS.forEach((training, t) => {
    const terms = termsOf(setting, `${cut}/${t}`);
    const together = trainSubspace(sites.members, sites.items, training, terms);
    const apart = trainSubspace([alone], items, training, terms);
    SCORINGS.forEach((scoring, s) => {
      board.put(listName('shared', t, s), subspaceScorer(together, training, scoring, market.vocabulary));
      board.put(listName('private', t, s), subspaceScorer(apart, training, scoring, itself));
    });
  });
  return { board, sites };
}

function listName(arm: Arm, training: number, scoring: number): string {
  return `${arm}-${training}-${scoring}`;
}

function configurationsOf(arm: Arm): readonly Blend[] {
  const spaces = TRAININGS.flatMap((_, t) => SCORINGS.map((_scoring, s) => ({ [listName(arm, t, s)]: 1 })));
  return combinations(spaces, weighted('P', [0, 0.2, 0.4, 1]));
}
