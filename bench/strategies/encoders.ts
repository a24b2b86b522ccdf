/**
 * Encoders as a bench names them: an expression, and behind it settings that are not the usual ones, such as
 * `subspace>two-towers two-towers.patience=2 rounds=20`. A row keeps this text, so that other settings are another row.
 */
import { encoderName } from '../../core/transfer/expression.ts';
import { presets } from '../../core/transfer/presets.ts';

const USUAL_ROUNDS = 5;

export interface NamedEncoder {
  /** A published name, or views and a training. */
  readonly expression: string;
  /** By `piece.key`. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Rounds of its training, if it has one. */
  readonly rounds: number;
}

/** @throws SyntaxError for a setting whose value is no JSON. */
export function encoderIn(text: string): NamedEncoder {
  const [expression, ...settings] = text.split(' ');
  const { rounds = USUAL_ROUNDS, ...changes } = Object.fromEntries(
    settings.map((setting) => [keyOf(setting), JSON.parse(setting.slice(keyOf(setting).length + 1)) as unknown]),
  );
  return { expression, changes, rounds: Number(rounds) };
}

/** The same views without the training, named alike; undefined for an encoder without views or without a training. */
export function viewsIn(text: string): string | undefined {
  const [expression, ...settings] = text.split(' ');
  const pieces = piecesIn(expression);
  if (pieces.training === undefined || pieces.views.length === 0) return undefined;
  const name = encoderName({ views: pieces.views.map((view) => ({ name: view })) });
  const kept = settings.filter((setting) => pieces.views.some((view) => keyOf(setting).startsWith(`${view}.`)));
  return [name, ...kept].join(' ');
}

/** Names of the views and of the training in an expression or a published name. */
export function piecesIn(expression: string): { readonly views: readonly string[]; readonly training?: string } {
  const preset = presets.find(({ name }) => name === expression)?.encoder;
  if (preset !== undefined) {
    const views = preset.views.map(({ name }) => name);
    return { views, ...(preset.training && { training: preset.training.name }) };
  }
  const [left, training] = expression.split('>') as [string, string?];
  return { views: left.split('+'), ...(training !== undefined && { training }) };
}

const keyOf = (setting: string): string => setting.split('=')[0];
