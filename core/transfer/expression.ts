/**
 * Encoders in one line, as the command line takes them: `subspace`, `subspace+projection`, `subspace>autoencoder`, or a
 * published name; `>map` behind it for a map that is learnt after the releases.
 * @module
 */
import type { EncoderSpec, MapSpec } from './encoder.ts';
import { TransferError } from './errors.ts';
import type { Piece, PieceSpec } from './piece.ts';
import { presets } from './presets.ts';
import { trainings, views } from './registry.ts';
import { MAP } from './training/linked-map.ts';

/** The end of an expression whose encoder learns a map. */
const TO_MAP = `>${MAP}`;

/** The encoder where nobody chooses one. */
export const USUAL_ENCODER = 'private-subspace';

/**
 * The encoder that an expression or a published name means. `~PIECE` behind it switches that piece's mechanism off.
 * @param changes of its usual settings, by `piece.key`; the key `portion` is the piece's share of the budget.
 * @throws TransferError TRANSFER_PIECE, naming the grammar or the pieces that exist; TRANSFER_SETTING for a key without a
 *   piece, or for a piece that the encoder does not have.
 */
export function encoderSpec(text: string, changes: Readonly<Record<string, unknown>> = {}): EncoderSpec {
  const parts = text.split('~');
  const [expression] = parts;
  const off = parts.at(1);
  if (parts.length > 2) throw new TransferError('TRANSFER_PIECE', `encoder "${text}": write one ~PIECE at most`);
  const spec = withSettings(usualSpec(expression), changes);
  return off === undefined ? spec : without(spec, off);
}

/** The encoder's expression with each of its pieces switched off in turn, and what is off then. */
export function encoderAblations(text: string): readonly { readonly expression: string; readonly off: string }[] {
  return pieceSpecsOf(encoderSpec(text)).flatMap(({ name }) => {
    const off = pieceNamed(name)?.ablation?.off;
    return off === undefined ? [] : [{ expression: `${text}~${name}`, off }];
  });
}

function without(spec: EncoderSpec, name: string): EncoderSpec {
  const ablation = pieceSpecsOf(spec).some((piece) => piece.name === name) ? pieceNamed(name)?.ablation : undefined;
  if (ablation === undefined) {
    throw new TransferError('TRANSFER_PIECE', `encoder ${piecesOf(spec)}: "${name}" cannot be switched off`);
  }
  const changes = Object.entries(ablation.settings).map(([key, value]) => [`${name}.${key}`, value]);
  return withSettings(spec, Object.fromEntries(changes) as Record<string, unknown>);
}

function pieceSpecsOf({ training, views: parts }: EncoderSpec): readonly PieceSpec[] {
  return training === undefined ? parts : [...parts, training];
}

function pieceNamed(name: string): Piece | undefined {
  return trainings.has(name) ? trainings.find(name) : views.find(name);
}

function usualSpec(text: string): EncoderSpec {
  const before = text.endsWith(TO_MAP) ? text.slice(0, -TO_MAP.length) : undefined;
  if (before !== undefined) return { ...usualSpec(before), map: {} };
  const preset = presets.find(({ name }) => name === text) ?? presets.find(({ encoder }) => piecesOf(encoder) === text);
  if (preset !== undefined) return preset.encoder;
  const sides = text.split('>');
  const [left] = sides;
  const right = sides.at(1);
  if (text === '' || sides.length > 2) {
    throw new TransferError(
      'TRANSFER_PIECE',
      `encoder "${text}": write VIEW, VIEW+VIEW or VIEW+VIEW>TRAINING, and >map behind it to learn a map`,
    );
  }
  if (right === undefined && trainings.has(left)) return { views: [], training: { name: left } };
  const names = left.split('+');
  const unknown = names.find((name) => views.find(name) === undefined);
  if (unknown !== undefined) {
    throw new TransferError('TRANSFER_PIECE', `encoder "${text}": no view "${unknown}"; ${known()}`);
  }
  if (right === undefined) return { views: names.map((name) => ({ name })) };
  if (trainings.find(right) === undefined) {
    throw new TransferError('TRANSFER_PIECE', `encoder "${text}": no training "${right}"; ${known()}`);
  }
  return { views: names.map((name) => ({ name })), training: { name: right } };
}

/** The published name of an encoder's pieces, or their expression. */
export function encoderName({ map, ...encoder }: EncoderSpec): string {
  const pieces = piecesOf(encoder);
  const name = presets.find((preset) => piecesOf(preset.encoder) === pieces)?.name ?? pieces;
  return map === undefined ? name : `${name}${TO_MAP}`;
}

/** The expression of an encoder, without settings. */
export function piecesOf({ map, training, views: parts }: EncoderSpec): string {
  const left = parts.map(({ name }) => name).join('+');
  const steps = [left, training?.name ?? '', map === undefined ? '' : MAP];
  return steps.filter((step) => step !== '').join('>');
}

/**
 * An encoder with single settings changed.
 * @param changes as in {@link encoderSpec}.
 * @throws TransferError TRANSFER_SETTING for a key without a piece, or for a piece that the encoder does not have.
 */
export function withSettings(spec: EncoderSpec, changes: Readonly<Record<string, unknown>>): EncoderSpec {
  const pieces = [...pieceSpecsOf(spec), ...(spec.map ? [{ name: MAP, ...spec.map }] : [])];
  const wrong = Object.keys(changes).find((key) => !pieces.some(({ name }) => key.startsWith(`${name}.`)));
  if (wrong !== undefined) {
    throw new TransferError(
      'TRANSFER_SETTING',
      `"${wrong}" is a setting of no piece of encoder ${encoderName(spec)}: write ${pieces.map(({ name }) => `${name}.KEY=VALUE`).join(' or ')}`,
    );
  }
  const changed = (piece: PieceSpec): PieceSpec => {
    const own = Object.entries(changes).flatMap(([key, value]) =>
      key.startsWith(`${piece.name}.`) ? [[key.slice(piece.name.length + 1), value] as const] : [],
    );
    const { portion, ...settings } = Object.fromEntries(own);
    return {
      ...piece,
      settings: { ...piece.settings, ...settings },
      ...(portion !== undefined && { portion: portion as number }),
    };
  };
  return {
    views: spec.views.map(changed),
    ...(spec.training && { training: changed(spec.training) }),
    ...(spec.map && { map: mapWith(changed({ name: MAP, ...spec.map })) }),
  };
}

/** @throws TransferError TRANSFER_SETTING for a setting that the map does not have. */
function mapWith({ portion, settings = {} }: PieceSpec): MapSpec {
  const unknown = Object.keys(settings).at(0);
  if (unknown !== undefined) {
    throw new TransferError('TRANSFER_SETTING', `"${MAP}.${unknown}" is no setting: the map has ${MAP}.portion alone`);
  }
  return portion === undefined ? {} : { portion };
}

function known(): string {
  const names = (pieces: readonly { readonly name: string }[]): string => pieces.map(({ name }) => name).join(', ');
  return `there are the views ${names(views.all)}, the trainings ${names(trainings.all)}, and the published ${names(presets)}`;
}
