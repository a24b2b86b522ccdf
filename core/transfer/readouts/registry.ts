/**
 * Every method of the target's side by its name. To add one, add a file in readouts/ or spaces/ and a line here. A package
 * from outside brings its own as `package:name` (core/packages/).
 * @module
 */
import type { Adjustable, Method, Readout, SpaceMaker } from '../decoder/readout.ts';
import type { Draws } from '../piece.ts';
import { isOutsideName } from '../../packages/package-id.ts';
import { outsideNames, outsidePiece, PIECE_WORDS } from '../../packages/pieces.ts';
import { fineTune } from '../decoder/own-items.ts';
import { TransferError } from '../errors.ts';
import { als } from '../spaces/als.ts';
import { bpr } from '../spaces/bpr.ts';
import { content } from '../spaces/content.ts';
import { deepwalk } from '../spaces/deepwalk.ts';
import { lightgcn } from '../spaces/lightgcn.ts';
import { attention } from './attention.ts';
import { bayes } from './bayes.ts';
import { cca } from './cca.ts';
import { collective } from './collective.ts';
import { densityRatio } from './density-ratio.ts';
import { information } from './information.ts';
import { kernel } from './kernel.ts';
import { lda } from './lda.ts';
import { meanMatching } from './mean-matching.ts';
import { memory } from './memory.ts';
import { mlp } from './mlp.ts';
import { pca } from './pca.ts';
import { personal } from './personal.ts';
import { pooled } from './pooled.ts';
import { procrustes } from './procrustes.ts';
import { ridge } from './ridge.ts';
import { stackOf } from './stack.ts';

export const readouts: readonly Readout[] = [
  ridge,
  kernel,
  memory,
  // Each further member costs a fit; whether one adds anything to these three has not been measured.
  stackOf([ridge, kernel, memory]),
  procrustes,
  bayes,
  attention,
  mlp,
  personal,
  cca,
  collective,
  pca,
  lda,
  information,
  densityRatio,
  meanMatching,
  pooled,
];
export const spaces: readonly SpaceMaker[] = [als, bpr, lightgcn, deepwalk, content];
/** Methods for a person who has items on the target by now, whatever the readout. */
export const adaptations = [fineTune];

/**
 * A readout over an item space. Its name is `readout`, or `readout@space` where the space is not the first one. Settings other than
 * the defaults stand behind either: `mlp/hidden=16@als/dimension=32`.
 */
export interface DecoderMethod {
  readonly name: string;
  readonly readout: Readout;
  readonly space: SpaceMaker;
  /** False: every source is let in, and nothing is blended with the prior. */
  readonly guard: boolean;
  /** The mechanism that is switched off; absent: none. */
  readonly off?: string;
  /** Settings that the name leaves at their defaults, with the values that a search may give them. */
  readonly draws: { readonly readout: Draws; readonly space: Draws };
}

export const DEFAULT_DECODER = 'ridge';

/** Mechanisms of a decoder that `~` switches off, as in `ridge@bpr~space`. */
const PARTS = ['readout', 'space', 'guard'] as const;

/**
 * @throws TransferError TRANSFER_SETTING for a setting; TRANSFER_DECODER_UNKNOWN, naming the readouts, the spaces or the mechanisms that exist;
 *   PackageError PACKAGE_NOT_ALLOWED, PACKAGE_PIECE_UNKNOWN for a name with a colon.
 */
export function decoderNamed(name: string): DecoderMethod {
  const parts = name.split('~');
  const off = parts.at(1);
  // The name of a package may begin with @.
  const written = /^(@?[^@]+)(?:@(@?[^@]+))?$/.exec(parts[0]);
  if (written === null || parts.length > 2) {
    throw unknown(
      `decoder "${name}": write readout or readout@space, with /setting=value behind either, and ~${PARTS.join(', ~')} without that part`,
    );
  }
  const [, left, right = spaces[0].name] = written;
  const readout = adjusted('readouts', readouts, left);
  const space = adjusted('itemSpaces', spaces, right);
  const isUsual = space.name === spaces[0].name;
  const whole = {
    readout: readout.method,
    space: space.method,
    draws: { readout: readout.draws, space: space.draws },
    guard: true,
    name: isUsual ? readout.name : `${readout.name}@${space.name}`,
  };
  return off === undefined ? whole : without(whole, off);
}

/** The same decoder with each of its mechanisms switched off in turn. */
export function ablationsOf(name: string): readonly DecoderMethod[] {
  const whole = decoderNamed(name);
  return PARTS.flatMap((part) => (hasAblation(whole, part) ? [without(whole, part)] : []));
}

function hasAblation({ readout, space }: DecoderMethod, part: string): boolean {
  return part === 'guard' || (part === 'readout' ? readout : space).ablation !== undefined;
}

function without(whole: DecoderMethod, part: string): DecoderMethod {
  const name = `${whole.name}~${part}`;
  const { readout, space } = whole;
  if (part === 'guard') return { ...whole, name, guard: false, off: 'the guard against negative transfer' };
  if (part === 'readout' && readout.ablation !== undefined) {
    return { ...whole, name, readout: readout.ablation.readout, off: readout.ablation.off };
  }
  if (part === 'space' && space.ablation !== undefined) {
    return { ...whole, name, space: space.ablation.space, off: space.ablation.off };
  }
  throw unknown(`decoder "${name}": "${part}" cannot be switched off; there are ${PARTS.join(', ')}`);
}

/** A readout or a space as its own settings make it, and its shortest name. @param text `name` or `name/setting=value/...` */
function adjusted<One extends Method & { readonly adjustable?: Adjustable<One> }>(
  kind: 'readouts' | 'itemSpaces',
  list: readonly One[],
  text: string,
): { readonly method: One; readonly name: string; readonly draws: Draws } {
  // The name of a package may hold a slash too, but no equals sign.
  const [, name, rest] = /^(.*?)((?:\/[^/=]+=[^/=]*)*)$/.exec(text) ?? ['', text, ''];
  const method = named(kind, list, name);
  const { adjustable } = method;
  if (rest === '') return { method, name, draws: adjustable?.draws ?? {} };
  if (adjustable === undefined) throw unknown(`decoder "${text}": the ${PIECE_WORDS[kind]} ${name} has no settings`);
  const given = rest
    .slice(1)
    .split('/')
    .map((one) => one.split('='));
  const settings = Object.fromEntries(given.map(([key, value]) => [key, value === '' ? NaN : Number(value)]));
  const known = Object.keys(adjustable.defaults);
  const wrong = Object.keys(settings).find((key) => !known.includes(key) || Number.isNaN(settings[key]));
  if (wrong !== undefined) {
    const why = known.includes(wrong) ? `${wrong} is not a number` : `${name} has no setting ${wrong}`;
    const usual = known.map((key) => `/${key}=${adjustable.defaults[key]}`).join(' or ');
    throw unknown(`decoder "${text}": ${why}; write ${usual}, with values of your own`);
  }
  const made = adjustable.at(settings);
  const draws = Object.fromEntries(Object.entries(adjustable.draws).filter(([key]) => !(key in settings)));
  return { method: made, name: `${name}${settingsText(adjustable, settings)}`, draws };
}

/** Settings other than the defaults as a decoder's name carries them, in a fixed order: `/decay=0.1/hidden=16`. */
function settingsText<One>({ defaults }: Adjustable<One>, settings: Readonly<Record<string, unknown>>): string {
  return Object.keys(settings)
    .filter((key) => settings[key] !== defaults[key])
    .sort()
    .map((key) => `/${key}=${String(settings[key])}`)
    .join('');
}

function named<One extends Method>(kind: 'readouts' | 'itemSpaces', list: readonly One[], name: string): One {
  if (isOutsideName(name)) return { ...(outsidePiece(kind, name) as One), name };
  const found = list.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = [...list.map((one) => one.name), ...outsideNames(kind)];
  throw unknown(`no ${PIECE_WORDS[kind]} "${name}"; there are ${known.join(', ')}`);
}

function unknown(message: string): TransferError {
  return new TransferError('TRANSFER_DECODER_UNKNOWN', message);
}
