/**
 * What the files of items say beside titles, in the form in which a platform would have it: item vectors from all words, and
 * persons' own interests.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Domain, ItemTable } from '../../core/data/domain.ts';
import { titleVectors } from '../../core/transfer/text/title-vectors.ts';

const NUMBERS = 96;
/** Most common categories and brands of a catalogue that may be an interest. */
const INTERESTS = 32;
/** Interests of a person. */
const OWN = 3;

/** Fields of each item by name, without the id. */
type Fields = ReadonlyMap<string, Readonly<Record<string, string>>>;

/**
 * The domains with the facts that their files of items have. One model is made of the words of all of them, as of one
 * pre-trained model that all platforms use, so that its numbers have one meaning everywhere.
 * @param fileOf the file of items of a domain; a domain without one stays as it is.
 */
export function withItemFacts(domains: readonly Domain[], fileOf: (domain: Domain) => string): readonly Domain[] {
  const facts = domains.map((domain) => (existsSync(fileOf(domain)) ? fieldsOf(fileOf(domain)) : undefined));
  const words = domains.flatMap(({ catalogue }, at) => (facts[at] === undefined ? [] : wordsOf(catalogue, facts[at])));
  const { vectors } = titleVectors(words, NUMBERS);
  const made = createHash('sha256').update(words.join('\n')).digest('hex');
  let first = 0;
  return domains.map((domain, at) => {
    const own = facts[at];
    if (own === undefined) return domain;
    const from = first;
    first += domain.catalogue.length;
    return {
      ...domain,
      vectors: { ...tableOf(domain.catalogue, vectors.subarray(from * NUMBERS, first * NUMBERS)), made },
      ...interestsIn(domain, own),
    };
  });
}

function interestsIn(domain: Domain, facts: Fields): Pick<Domain, 'attributes'> {
  const categories = domain.catalogue.map((id) => facts.get(id)?.['attributes']?.split(' ') ?? []);
  const isCoarse = new Set(mostCommon(categories.flat(), INTERESTS));
  if (isCoarse.size === 0) return {};
  return {
    attributes: interestsOf(
      domain,
      categories.map((own) => own.filter((id) => isCoarse.has(id))),
    ),
  };
}

/** The interests that occur, as the view `attributes` lists them. */
export function listedInterests({ attributes = new Map() }: Domain): readonly string[] {
  return [...new Set([...attributes.values()].flat())].sort();
}

function fieldsOf(file: string): Fields {
  const [head, ...lines] = readFileSync(file, 'utf8').split('\n');
  const names = head.split('\t');
  return new Map(
    lines.map((line) => {
      const [id, ...fields] = line.split('\t');
      return [id, Object.fromEntries(fields.map((field, at) => [names[at + 1], field]))];
    }),
  );
}

/** Every word that the file has of each item: title, keywords, brand, category, numbers of attributes. */
function wordsOf(catalogue: readonly string[], facts: Fields): readonly string[] {
  return catalogue.map((id) => {
    const { attributes = '', ...others } = facts.get(id) ?? {};
    // A number of an attribute must not be read as a word of a title.
    return [...Object.values(others), attributes.replace(/\d+/g, 'attribute$&')].join(' ');
  });
}

function tableOf(catalogue: readonly string[], vectors: Float32Array): ItemTable {
  const vectorOf = (item: number): Float32Array => vectors.subarray(item * NUMBERS, (item + 1) * NUMBERS);
  return { dimension: NUMBERS, of: new Map(catalogue.map((id, item) => [id, vectorOf(item)])) };
}

/** The categories and brands that each person has most items of, as the person might state them. */
function interestsOf(
  { items, offsets, persons }: Domain,
  categories: readonly (readonly string[])[],
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    persons.map((person, row) => {
      const own = Array.from(items.subarray(offsets[row], offsets[row + 1]), (item) => categories[item]).flat();
      return [person, mostCommon(own, OWN).map((id) => `interest=${id}`)];
    }),
  );
}

function mostCommon(values: readonly string[], most: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const value of values.filter((one) => one !== '')) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([value]) => value);
}
