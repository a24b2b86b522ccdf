import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import { recommendationSchema } from '../../client/schemas.ts';
import { askAgent } from '../../client/serving/local-client.ts';
import type { Recommendation } from '../../client/serving/recommender.ts';
import { CommandError } from '../errors.ts';
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';
import { duration, integer, personId, text } from '../arguments.ts';

interface RecommendOptions {
  readonly state: string;
  readonly person?: string;
  readonly pseudonym?: string;
  readonly k: number;
  readonly wait: number;
  readonly json?: boolean;
}

export function recommendCommand(): Command {
  return new Command('recommend')
    .description('ask the running agent of a platform for first recommendations')
    .requiredOption('--state <dir>', "the platform's state directory", text)
    .option('--person <id>', "the platform's own id of the person", personId)
    .option('--pseudonym <text>', 'the pseudonym instead', text)
    .option('--k <count>', 'number of items', integer(1, 1000), 10)
    .option('--wait <duration>', 'keep asking for this long while the platform prepares (90s, 10m)', duration, 0)
    .option('--json', 'the whole answer as JSON, with the basis of each item')
    .addHelpText(
      'after',
      `
Examples:
  isthmus recommend --state films-state --person p000123 --k 10
  isthmus recommend --state films-state --person p000123 --wait 10m
  isthmus recommend --state films-state --person p000123 --json`,
    )
    .action(recommend);
}

async function recommend({ state, person, pseudonym, k, wait, json }: RecommendOptions): Promise<void> {
  const name = person ?? pseudonym;
  if (name === undefined || (person !== undefined && pseudonym !== undefined)) {
    throw new CommandError('RECOMMEND_WHO', 'name one of --person and --pseudonym');
  }
  const query = new URLSearchParams({ k: String(k), as: person === undefined ? 'pseudonym' : 'person' });
  const path = `/v1/recommendations/${encodeURIComponent(name)}?${query.toString()}`;
  const answer = recommendationSchema.parse(await askUntilReady(state, path, Date.now() + wait));
  process.stdout.write(json === true ? `${JSON.stringify(answer, null, 2)}\n` : table(answer));
}

/** Asks again until there is an answer or the time is over. @param end in milliseconds since 1970. */
async function askUntilReady(state: string, path: string, end: number): Promise<unknown> {
  let told = '';
  for (;;) {
    try {
      return await askAgent(state, { method: 'GET', path });
    } catch (error) {
      if (!MAY_COME.has(codeOf(error) ?? '') || Date.now() >= end) throw error;
      if (told !== messageOf(error)) process.stderr.write(`${messageOf(error)}\n`);
      told = messageOf(error);
    }
    await setTimeout(1000);
  }
}

/** Errors of an agent that is starting, or has no recommendations yet. */
const MAY_COME: ReadonlySet<string> = new Set(['PLATFORM_NOT_RUNNING', 'PLATFORM_NOT_READY']);

/** The answer as text for a terminal. */
export function table({ items, basis, sources, claim, known, warnings }: Recommendation): string {
  const width = Math.max(4, ...items.map(({ item }) => item.length));
  const titles = Math.max(0, ...items.map(({ title = '' }) => title.length));
  const rows = items.map(({ item, title = '', score, explanation }, place) =>
    [
      String(place + 1).padStart(3),
      item.padEnd(width),
      title.padEnd(titles),
      score.toFixed(3).padStart(8),
      `= ${explanation.filter(isPart).map(partText).join(' ')}`,
    ].join('  '),
  );
  const first = items.at(0)?.explanation ?? [];
  const near = first.filter(({ name }) => name.startsWith('near:')).map(({ name }) => name.slice(5));
  const attention = first
    .filter(({ name }) => name.startsWith('attention:'))
    .map(({ name, weight }) => `${name.slice(10)} ${Math.round(100 * weight)} %`);
  const why = {
    representation: `what ${sources.join(' and ')} released of this person`,
    prior: 'the taste of persons known on several platforms: nothing was released of this person',
    map: 'the vectors of the sources above, a map that other platforms learnt from persons known on both sides, and what is popular here',
    'own-history': "this person's history here, this platform's persons, and item vectors that the federation trained",
    popularity: "what this platform's persons like: nothing was released of this person",
  }[basis];
  return [
    ...warnings,
    ...(known ? [] : ['This person is unknown: every unknown person gets this list.']),
    ...rows,
    '',
    `Based on: ${why}.`,
    ...(near.length === 0 ? [] : [`Nearest items: ${near.join(', ')}.`]),
    ...(attention.length === 0 ? [] : [`For this person the sources count: ${attention.join(', ')}.`]),
    ...(claim === '' ? [] : [`Claim: ${claim}`]),
    '',
  ].join('\n');
}

type Part = Recommendation['items'][number]['explanation'][number];

/** True for parts that add up to the score. The other parts name items of the catalogue, or weights of sources. */
const isPart = ({ name }: Part): boolean => !name.startsWith('near:') && !name.startsWith('attention:');

const partText = ({ name, weight }: Part): string =>
  `${name.replace(/^source:/, '')} ${weight < 0 ? '' : '+'}${weight.toFixed(3)}`;
