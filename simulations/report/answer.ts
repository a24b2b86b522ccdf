/**
 * The answer of a run in five plain sentences per target: who is new, how good their first list is, how far that is from all
 * data in one place, what the target was told of a person, and what less privacy would have brought.
 * @module
 */
import { FEW_PERSONS, LEAST_CLAIMED, mayBeClaimed } from '../../core/evaluation/gains.ts';
import { isOfStrategy } from '../../client/evaluation/measure.ts';
import { upward } from '../../core/accounting/printed-epsilon.ts';
import type { PrivacyRow, Results } from '../results.ts';
import { figure, gainText, headlines, isSame } from './headline.ts';
import type { Headline } from './headline.ts';

export function answer(results: Results): readonly string[] {
  return results.world.directions.flatMap((direction) => answerOf(results, direction));
}

function answerOf(results: Results, direction: Results['world']['directions'][number]): readonly string[] {
  const { coldPersons, sources, target, warmPersons } = direction;
  const all = headlines(results, target);
  const byName = (name: string): Headline | undefined => all.find(({ row }) => row.method === name);
  const strategies = all.filter(({ isStrategy }) => isStrategy).sort((a, b) => b.row.mean - a.row.mean);
  const chosen = results.choices.find((one) => one.target === target && one.chosen);
  const [best] = [
    ...strategies.filter(({ row }) => chosen !== undefined && isSame(row, chosen)),
    ...strategies.filter(({ row }) => row.epsilon !== null),
    ...strategies,
  ];
  const [prior, ceiling] = [byName('prior'), byName('ceiling')];
  if (prior === undefined || ceiling === undefined) return [];
  const who = `${coldPersons} persons are new on ${target} and known on ${listed(sources)}, and ${warmPersons} others are known on both sides.`;
  return [
    who,
    `${best.row.epsilon === null ? 'No method of this run has an epsilon, and the' : 'The'} best ${best.row.epsilon === null ? 'one' : 'method with an epsilon'}, ${best.row.method}, gives them first lists of NDCG@10 ${figure(best.row.mean)}; one list for everybody reaches ${figure(prior.row.mean)}.`,
    gainSentence(best, ceiling),
    costSentence(best, results.privacy, target),
    otherSentence(best, strategies, results.seeds.length),
  ];
}

function gainSentence({ gain }: Headline, { gain: most, row }: Headline): string {
  if (gain === undefined) return 'Its gain over that list was not measured.';
  const interval = `${gainText(gain)} (95 % interval over ${gain.per})`;
  if (gain.high < 0) return `It is worse than that list: ${interval}.`;
  if (gain.low <= 0) return `Chance alone may explain the difference: ${interval}.`;
  if (!mayBeClaimed(gain, gain.persons)) {
    return `There are too few persons to tell: fewer than ${FEW_PERSONS} test persons (${gain.persons}), and a gain below ${figure(LEAST_CLAIMED)}, ${interval}.`;
  }
  const share =
    most !== undefined && most.mean > 0
      ? `, ${Math.round((100 * gain.mean) / most.mean)} % of what the ceiling gains with all data in one place (${figure(row.mean)})`
      : '';
  return `That is a gain of ${interval}${share}.`;
}

function costSentence({ row }: Headline, privacy: readonly PrivacyRow[], target: string): string {
  const terms = privacy.find(
    (one) => isOfStrategy(row.method, one.strategy) && one.release === row.release && one.epsilon === row.epsilon,
  );
  const training =
    row.epsilon === null
      ? 'nothing limits what training tells about a person'
      : row.epsilon === 0
        ? 'nothing is trained from persons'
        : `everything that training tells about a person is limited, under the conditions of C1, to epsilon ${upward(row.epsilon)}${terms === undefined ? '' : ` at delta ${terms.delta}`}`;
  const told =
    row.release === 'none'
      ? `${target} receives nothing about one person`
      : row.epsilon0 === null
        ? `nothing limits what ${target} itself can work out from the vector that it receives`
        : `the code that ${target} receives is limited to epsilon0 ${upward(row.epsilon0)}`;
  return `The price: ${training}, and ${told}.`;
}

function otherSentence(best: Headline, strategies: readonly Headline[], seeds: number): string {
  const without = strategies.find(({ row }) => row.epsilon === null);
  if (best.row.epsilon !== null && without !== undefined) {
    return `Without that limit ${without.row.method} reaches ${figure(without.row.mean)}.`;
  }
  const measured = seeds === 1 ? 'one seed' : `${seeds} seeds`;
  return `These are figures of ${measured}, with noise from a seed: they may be read, and nothing made with them may be released.`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}

/** Lines of at most `width` characters. */
export function wrapped(text: string, width: number, indent = ''): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const joined = lines[last] === '' ? word : `${lines[last]} ${word}`;
    if (joined.length <= width || lines[last] === '') lines[last] = joined;
    else lines.push(word);
  }
  return lines.join(`\n${indent}`);
}
