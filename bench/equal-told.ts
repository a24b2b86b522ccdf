/**
 * Compares encoders where the target is told equally much about one person: the width of each is set so that the bits of a person's
 * padded vector, rounded as coarsely as costs less than .001 NDCG@10, are within 10 % of those asked.
 */
import { encoderNamed } from '../core/transfer/compose.ts';
import { factorMemory } from '../core/transfer/decoder/target-factors.ts';
import { decodersOf, federate } from '../simulations/in-one-process.ts';
import { settingNamed } from './strategies/settings.ts';
import type { Trial } from './strategies/settings.ts';
import { toldBy } from './strategies/told.ts';
import type { Told } from './strategies/told.ts';
import { KeptRows, keeping } from './kept-rows.ts';
import { count, numbers, readOptions, realData, someOf, word, words } from './options.ts';

interface Width {
  readonly key: string;
  readonly most: number;
  readonly least: number;
  /** Total epsilon; null if nothing is charged. */
  readonly epsilon: number | null;
}

/** The setting that makes an encoder wider, with its range. */
const WIDTHS: Readonly<Record<string, Width>> = {
  'private-subspace': { key: 'subspace.dimension', least: 2, most: 32, epsilon: 4 },
  text: { key: 'text.numbers', least: 2, most: 256, epsilon: null },
  projection: { key: 'projection.numbers', least: 2, most: 256, epsilon: null },
  history: { key: 'history.items', least: 1, most: 256, epsilon: null },
  'subspace+history': { key: 'history.items', least: 1, most: 256, epsilon: 4 },
  'linear-bridge': { key: 'plain-als.dimension', least: 2, most: 48, epsilon: null },
};
const NEAR = 0.1;
const TRIES = 4;

const options = readOptions(
  {
    measures: 'Compares encoders, each so wide that the target is told equally much about one person (within 10 %).',
    examples: [
      'ISTHMUS_DATA=DIR npm run bench:equal-told -- --settings sports-toys,food-kitchen --bits 32,512 --seeds 3',
    ],
  },
  {
    data: realData('amazon/ and douban/'),
    settings: words('SOURCE-TARGET', 'sports-toys,food-kitchen'),
    bits: numbers('bits of one person', '32,512'),
    encoders: someOf(Object.keys(WIDTHS), 'what is released'),
    decoder: word('reads it', 'ridge'),
    seeds: count('how many', 3),
    ...keeping('runs/equal-told.jsonl'),
  },
);

interface Asked {
  readonly setting: string;
  readonly bits: number;
  readonly encoder: string;
  readonly seed: number;
}
const kept = new KeptRows<Asked, Asked & { readonly found: Measured }>(options, ({ bits, encoder, seed, setting }) =>
  JSON.stringify([setting, bits, encoder, options.decoder, seed]),
);

interface Measured extends Told {
  readonly width: number;
}

async function measured(name: string, width: number, trial: Trial, seed: number): Promise<Measured> {
  const { epsilon, key } = WIDTHS[name];
  const { factorise } = factorMemory(String(seed));
  const encoder = encoderNamed(name, { [key]: width });
  const run = await federate({ ...trial, encoder, epsilon, delta: 1e-6, seed, factorise });
  const [decoder] = decodersOf(run, { split: trial.split, factorise, seed }, [options.decoder]);
  return { width, ...toldBy(decoder, run, trial, seed) };
}

const isNear = (told: number, bits: number): boolean => Math.abs(told / bits - 1) <= NEAR;

/** The width whose vectors tell about so many bits: near it, or the nearest that was tried. */
async function widthTelling(name: string, bits: number, start: number, trial: Trial, seed: number): Promise<Measured> {
  const { least, most } = WIDTHS[name];
  const tried: Measured[] = [];
  for (let width = start; tried.length < TRIES && !tried.some((one) => one.width === width);) {
    const found = await measured(name, width, trial, seed);
    tried.push(found);
    if (isNear(found.told, bits)) break;
    width = Math.min(most, Math.max(least, Math.round((width * bits) / found.told)));
  }
  const distance = ({ told }: Measured): number => Math.abs(Math.log(told / bits));
  return tried.reduce((best, one) => (distance(one) < distance(best) ? one : best));
}

const short = (value: number): string => value.toFixed(3).replace(/^0/, '');

console.log(
  '| setting | bits | encoder | epsilon | width | told, bits | NDCG@10 | seeds |\n|---|---|---|---|---|---|---|---|',
);
for (const setting of options.settings) {
  const trialOf = await settingNamed(setting, options.data);
  for (const bits of options.bits) {
    for (const name of options.encoders) {
      const { epsilon, least, most } = WIDTHS[name];
      const rows: Measured[] = [];
      for (let seed = 1; seed <= options.seeds; seed++) {
        const asked = { setting, bits, encoder: name, seed };
        const start =
          rows.at(-1)?.width ?? Math.min(most, Math.max(least, Math.round(bits / (name.includes('history') ? 14 : 4))));
        const before = kept.find(asked)?.found;
        if (before === undefined && kept.isOver) break;
        const found = before ?? (await widthTelling(name, bits, start, trialOf(seed), seed));
        if (before === undefined) kept.add({ ...asked, found });
        rows.push(found);
      }
      if (rows.length === 0) continue;
      const kinds = Object.keys(rows[0].whole).map((kind) =>
        short(rows.reduce((sum, { whole }) => sum + whole[kind] / rows.length, 0)),
      );
      const told = rows.map((row) => `${row.told}${isNear(row.told, bits) ? '' : ' (not equal)'}`).join(', ');
      console.log(
        `| ${setting} | ${bits} | ${name} | ${epsilon ?? 0} | ${rows.map(({ width }) => width).join(', ')} | ${told} | ${kinds.join(' · ')} | ${rows.length} |`,
      );
    }
  }
}
