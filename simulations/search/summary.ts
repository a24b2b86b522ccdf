/**
 * Summary of a search: what it chose, on whom that was judged, and what it brought persons whom the search never saw.
 * @module
 */
import { z } from 'zod';
import { clusteredGain } from '../../core/evaluation/clustered-gain.ts';
import type { CutGains } from '../../core/evaluation/clustered-gain.ts';
import { mayBeClaimed } from '../../core/evaluation/gains.ts';
import { decoderNamed } from '../../core/transfer/readouts/registry.ts';
import { candidatesOf } from './candidates.ts';
import type { Candidate } from './candidates.ts';
import { encoderOf } from './config.ts';
import type { SearchConfig } from './config.ts';
import { FOLDS, rungsOf } from './halving.ts';
import type { Judged } from './judged.ts';
import { priceOf } from './price.ts';
import { endSeeds, searchSeeds, trialName } from './names.ts';
import type { SearchStore } from './store.ts';

const gainSchema = z.strictObject({
  mean: z.number().describe('difference in NDCG@10, over the positives of all persons'),
  low: z.number().describe('lower end of the 95 % interval over persons and seeds'),
  high: z.number(),
  persons: z.number(),
});

/** The document that `isthmus experiment search --json` prints. */
export const searchSummarySchema = z.strictObject({
  isthmus: z.literal('experiment search'),
  version: z.string(),
  folder: z.string(),
  config: z.record(z.string(), z.unknown()),
  metric: z.string(),
  trials: z.number(),
  seconds: z.number().describe('of all trials together: the time of one worker'),
  settings: z.number().describe('number of settings that were tried, the defaults among them'),
  epsilon: z.number().nullable().describe('total epsilon of what is trained; null: no limit, or nothing to bound'),
  privacy: z.string().describe('what the search itself cost'),
  price: z
    .strictObject({ trials: z.number(), composed: z.number(), selected: z.number() })
    .nullable()
    .describe(
      'epsilon that each trial would have, if settings of what leaves were searched on data that a person is in',
    ),
  searches: z.array(
    z.strictObject({
      seed: z.string(),
      winner: z.string(),
      finalists: z.array(z.strictObject({ name: z.string(), heldOut: z.number() })),
      heldOut: gainSchema.describe('the winner over the defaults, on the persons by whom it was chosen: too good'),
      isApart: z.boolean().describe('true if the interval of heldOut lies above 0'),
      end: gainSchema.describe('the winner over the defaults, on persons whom the search never saw'),
    }),
  ),
  end: gainSchema.describe('over all seeds, on persons whom the search never saw'),
  endIsClaimed: z.boolean().describe('true if that gain lies above 0, with enough persons'),
  recommended: z.string().describe('the defaults, unless one winner is apart from them at more than half of the seeds'),
  warnings: z.array(z.string()),
  failures: z.array(z.strictObject({ trial: z.string(), code: z.string(), text: z.string() })),
  next: z.string().describe('the command to try next'),
});

export type SearchSummary = z.output<typeof searchSummarySchema>;
type Gain = z.output<typeof gainSchema>;

/** NDCG@10 of a setting over the first folds; -Infinity if one of them could not be measured. */
export function qualityOf(store: SearchStore, seed: string, candidate: Candidate, folds: number): number {
  let [sum, count] = [0, 0];
  for (let fold = 0; fold < folds; fold++) {
    const judged = store.judged(trialName(seed, fold, candidate));
    if (judged === undefined) return -Infinity;
    for (const [at, value] of judged.sums.entries()) {
      sum += value;
      count += judged.counts[at];
    }
  }
  return count > 0 ? sum / count : -Infinity;
}

export function summarise(
  store: SearchStore,
  config: SearchConfig,
  winners: ReadonlyMap<string, Candidate>,
  { folder, version }: { readonly folder: string; readonly version: string },
): SearchSummary {
  const candidates = candidatesOf(config);
  const [defaults] = candidates;
  const last = rungsOf(candidates.length - 1).at(-1)?.folds ?? FOLDS;
  // At every seed a synthetic world has other persons; those of the data are the same, and count as one.
  const isSynthetic = config.of === 'encoder' && config.data === null;
  const endsOf = (seed: string): readonly string[] => (config.of === 'encoder' ? endSeeds(config) : [seed]);
  const endCuts = (seed: string, winner: Candidate): CutGains[] =>
    endsOf(seed).map((end) =>
      pairedCut(store, [trialName(end, 'end', winner)], [trialName(end, 'end', defaults)], isSynthetic ? end : ''),
    );
  const searches = searchSeeds(config).map((seed) => {
    const winner = winners.get(seed) ?? defaults;
    const folds = (one: Candidate): string[] => Array.from({ length: last }, (_, fold) => trialName(seed, fold, one));
    const heldOut = gainOf([pairedCut(store, folds(winner), folds(defaults))], `held-out/${seed}`);
    const finalists = candidates
      .map((one) => ({ name: one.name, heldOut: qualityOf(store, seed, one, last) }))
      .filter((one) => one.heldOut > -Infinity)
      .sort((a, b) => b.heldOut - a.heldOut);
    const end = gainOf(endCuts(seed, winner), `end/${seed}`);
    return { seed, winner: winner.name, finalists, heldOut, isApart: heldOut.low > 0, end };
  });
  const end = gainOf(
    searchSeeds(config).flatMap((seed) => endCuts(seed, winners.get(seed) ?? defaults)),
    'end',
  );
  const { epsilon, seconds, trials } = store.totals();
  const recommended = recommendedOf(searches) ?? defaults.name;
  const isCharged = epsilon !== null;
  const budget = config.epsilon[0];
  return {
    isthmus: 'experiment search',
    version,
    folder,
    config: { ...config },
    metric: 'NDCG@10, the mean over uniform and popular negatives',
    trials,
    seconds,
    settings: candidates.length,
    epsilon,
    privacy: privacyText(config, epsilon),
    price:
      config.of === 'encoder' && isCharged && budget !== null ? priceOf(budget, config.delta, candidates.length) : null,
    searches,
    end,
    endIsClaimed: mayBeClaimed(end, end.persons),
    recommended,
    warnings: warningsOf(config, searches, recommended === defaults.name),
    failures: [...store.failures()],
    next: nextCommand(config, recommended, candidates),
  };
}

/** The setting that won apart from the defaults at more than half of the seeds. */
function recommendedOf(searches: SearchSummary['searches']): string | undefined {
  const votes = new Map<string, number>();
  for (const { isApart, winner } of searches) if (isApart) votes.set(winner, (votes.get(winner) ?? 0) + 1);
  return [...votes].find(([, count]) => 2 * count > searches.length)?.[0];
}

/** Differences of each person between two lists of trials, which judged the same persons. @param label keeps worlds apart */
function pairedCut(store: SearchStore, own: readonly string[], other: readonly string[], label = ''): CutGains {
  const read = (trial: string): Judged => {
    const judged = store.judged(trial);
    if (judged === undefined) throw new RangeError(`${trial} has no result`);
    return judged;
  };
  const pairs = own.map((trial, at) => ({ a: read(trial), b: read(other[at]), at }));
  return {
    persons: pairs.flatMap(({ a, at }) =>
      a.persons.map((person) => (own.length > 1 ? `${at}/${person}` : `${label}${person}`)),
    ),
    gains: pairs.flatMap(({ a, b }) => a.sums.map((sum, i) => sum - b.sums[i])),
    counts: pairs.flatMap(({ a }) => [...a.counts]),
  };
}

function gainOf(cuts: readonly CutGains[], seed: string): Gain {
  const { high, low, mean, n } = clusteredGain([cuts], `search/${seed}`);
  return { mean, low, high, persons: n };
}

function privacyText({ of, data }: SearchConfig, epsilon: number | null): string {
  const total = epsilon === null ? 'nothing is bounded' : `epsilon stays ${epsilon.toFixed(3)}`;
  if (of === 'target') {
    return `The search cost no privacy: its trials read again what the target has received, nothing left a platform, and ${total}.`;
  }
  const used =
    data === null ? '' : ' Only the two encoders that are compared at the end read your data, as simulations.';
  return `The search cost no privacy: its trials ran on synthetic worlds, whose persons do not exist.${used}`;
}

function warningsOf(config: SearchConfig, searches: SearchSummary['searches'], keepsDefaults: boolean): string[] {
  const close = searches.filter(({ isApart }) => !isApart).map(({ seed }) => seed);
  const warnings = [
    'figures are of a simulation with seeded noise, and the gain on held-out persons is the best of many: too good',
  ];
  if (close.length > 0) {
    const of = searches.length === 1 ? '' : ` (seed ${close.join(', ')})`;
    warnings.push(
      `the winner is within its interval of the defaults${of}${keepsDefaults ? ': keep the defaults' : ''}`,
    );
  }
  if (config.of === 'encoder') {
    warnings.push(
      `a synthetic world may be unlike your data${config.data === null ? ': measure the winner with --data before you sign it' : ''}`,
    );
  }
  if (config.of === 'encoder' && config.data !== null) {
    warnings.push(
      'to decide by the figure on your data is a choice made on persons, of settings that everybody sees, and nothing charges it',
    );
  }
  if (new Set(searches.map(({ winner }) => winner)).size > 1) {
    warnings.push(
      'the seeds chose different settings: the choice depends on the persons who are hidden and on the noise',
    );
  }
  return warnings;
}

function nextCommand(config: SearchConfig, recommended: string, candidates: readonly Candidate[]): string {
  const world = [
    ...(config.data === null ? [] : [`--data ${config.data}`]),
    ...(config.world === null ? [] : [`--world ${config.world}`]),
    ...(config.platforms.length === 0 ? [] : [`--platforms ${config.platforms.join(',')}`]),
    ...(config.target === null ? [] : [`--target ${config.target}`]),
  ].join(' ');
  const { name } = encoderOf(config);
  const by = config.strategy.length > 0 ? `--strategy ${name}` : `--encoder '${name}'`;
  if (config.of === 'target') {
    const [usual] = candidates;
    const decoders = [...new Set([decoderNamed(recommended).name, usual.decoder])].join(',');
    return `isthmus simulate ${world} ${by} --decoder ${decoders} --seeds 3, then isthmus platform ... --decoder ${decoderNamed(recommended).name}`.replace(
      /  +/g,
      ' ',
    );
  }
  const settings =
    recommended === 'defaults'
      ? ''
      : recommended
          .split(' ')
          .map((one) => ` --set ${one}`)
          .join('');
  return `isthmus simulate ${world} ${by}${settings} --seeds 3`.replace(/  +/g, ' ');
}
