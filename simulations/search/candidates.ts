/**
 * The settings that a search tries: the defaults first, then draws from the values that the pieces declare.
 * @module
 */
import { messageOf } from '../../core/errors/coded-error.ts';
import { Prng } from '../../core/random/prng.ts';
import { composeEncoder } from '../../core/transfer/compose.ts';
import { encoderSpec, USUAL_ENCODER } from '../../core/transfer/expression.ts';
import type { Draws } from '../../core/transfer/piece.ts';
import { decoderNamed } from '../../core/transfer/readouts/registry.ts';
import { trainings, views } from '../../core/transfer/registry.ts';

export interface Candidate {
  /** A decoder with its settings, or the encoder's changed settings (`subspace.rank=12 subspace.steps=2`; `defaults`). */
  readonly name: string;
  readonly decoder: string;
  /** Settings of the encoder's pieces, by `piece.key`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The part of a search's description that decides what it tries. */
interface Asked {
  readonly of: 'target' | 'encoder';
  readonly trials: number;
  readonly seed: number;
  readonly decoder: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  readonly strategy: readonly string[];
  readonly encoder: readonly string[];
}

/** At most `trials` of them, the defaults first. The same description gives the same ones, at every seed of noise. */
export function candidatesOf(config: Asked): readonly Candidate[] {
  return config.of === 'target' ? decoders(config) : encoders(config);
}

function decoders({ decoder, seed, settings, trials }: Asked): readonly Candidate[] {
  const as = (name: string): Candidate => ({ name, decoder: name, settings });
  const methods = decoder.map(decoderNamed);
  const draw = (prng: Prng): Candidate => {
    const { draws, name } = methods[prng.integer(methods.length)];
    const [readout, space = 'als'] = name.split(/(?<=.)@/);
    return as(decoderNamed(`${readout}${drawn(draws.readout, prng)}@${space}${drawn(draws.space, prng)}`).name);
  };
  return distinct(
    methods.map(({ name }) => as(name)),
    trials,
    new Prng(`${seed}/candidates`),
    draw,
  );
}

function drawn(draws: Draws, prng: Prng): string {
  return Object.entries(draws)
    .map(([key, values]) => `/${key}=${String(values[prng.integer(values.length)])}`)
    .join('');
}

function encoders({ decoder, encoder, seed, settings, strategy, trials }: Asked): readonly Candidate[] {
  const [name = USUAL_ENCODER] = [...strategy, ...encoder];
  const open = encoderDraws(name, settings);
  const usual: Candidate = { name: 'defaults', decoder: decoder[0], settings };
  const draw = (prng: Prng): Candidate => {
    const changes = Object.entries(open).flatMap(([key, { usual: old, values }]) => {
      const value = values[prng.integer(values.length)];
      return value === old ? [] : [[key, value] as const];
    });
    if (changes.length === 0) return usual;
    const text = changes.map(([key, value]) => `${key}=${String(value)}`).join(' ');
    return { ...usual, name: text, settings: { ...settings, ...Object.fromEntries(changes) } };
  };
  return distinct([usual], trials, new Prng(`${seed}/candidates`), draw, (one) => {
    try {
      composeEncoder(encoderSpec(name, one.settings));
      return true;
    } catch (error) {
      // Two values may exclude each other, such as more numbers than directions.
      return messageOf(error) === '';
    }
  });
}

/** The settings of an encoder that a search may draw, by `piece.key`, without those that are fixed. */
function encoderDraws(
  name: string,
  fixed: Readonly<Record<string, unknown>>,
): Readonly<Record<string, { readonly usual: unknown; readonly values: readonly unknown[] }>> {
  const { training, views: parts } = encoderSpec(name);
  const pieces = [
    ...parts.map((part) => ({ part, piece: views.named(part.name) })),
    ...(training === undefined ? [] : [{ part: training, piece: trainings.named(training.name) }]),
  ];
  return Object.fromEntries(
    pieces.flatMap(({ part, piece }) =>
      Object.entries(piece.draws ?? {}).flatMap(([key, values]) => {
        const full = `${piece.name}.${key}`;
        if (full in fixed) return [];
        const settings: Readonly<Record<string, unknown>> = { ...piece.defaults, ...part.settings };
        return [[full, { usual: settings[key], values }]];
      }),
    ),
  );
}

/** Draws in a row that may give nothing new before the values are taken for exhausted. */
const MOST_MISSES = 200;

function distinct(
  first: readonly Candidate[],
  most: number,
  prng: Prng,
  draw: (prng: Prng) => Candidate,
  isLawful: (one: Candidate) => boolean = () => true,
): readonly Candidate[] {
  const found = new Map(first.map((one) => [one.name, one]));
  for (let misses = 0; found.size < most && misses < MOST_MISSES;) {
    const one = draw(prng);
    if (found.has(one.name) || !isLawful(one)) misses++;
    else {
      found.set(one.name, one);
      misses = 0;
    }
  }
  return [...found.values()];
}
