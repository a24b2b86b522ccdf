/**
 * Names of methods with a mechanism switched off, as `--ablate` measures them: `private-subspace~subspace`, or
 * `private-subspace / memory~guard`.
 * @module
 */
import { decoderNamed } from '../core/transfer/readouts/registry.ts';
import { encoderAblations } from '../core/transfer/expression.ts';

export interface Ablation {
  /** The method with everything on. */
  readonly of: string;
  /** `guard`, `readout`, `space`, or a piece of the encoder. */
  readonly part: string;
  /** Describes the mechanism that is off. */
  readonly off: string;
}

const DECODER = ' / ';
const OFF = '~';

/** @param serving the decoder that serves: a method's name leaves it out. @returns undefined for a method with everything on. */
export function ablationOf(method: string, serving: string): Ablation | undefined {
  if (!method.includes(OFF)) return undefined;
  const [left, decoder = serving] = method.split(DECODER);
  const [encoder, piece] = left.split(OFF);
  const [readout, part] = decoder.split(OFF);
  const of = readout === serving ? encoder : `${encoder}${DECODER}${readout}`;
  if (left.includes(OFF)) {
    const off = encoderAblations(encoder).find(({ expression }) => expression === left)?.off ?? piece;
    return { of, part: piece, off };
  }
  return { of, part, off: decoderNamed(decoder).off ?? part };
}
