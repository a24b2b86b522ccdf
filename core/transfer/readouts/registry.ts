/**
 * Every method of the target's side by its name. To add one, add a file in readouts/ or spaces/ and a line here.
 * @module
 */
import type { Method, Readout, SpaceMaker } from '../decoder/readout.ts';
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
import { memory } from './memory.ts';
import { mlp } from './mlp.ts';
import { pca } from './pca.ts';
import { personal } from './personal.ts';
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
];
export const spaces: readonly SpaceMaker[] = [als, bpr, lightgcn, deepwalk, content];

/** A readout over an item space. Its name is `readout`, or `readout@space` where the space is not the first one. */
export interface DecoderMethod {
  readonly name: string;
  readonly readout: Readout;
  readonly space: SpaceMaker;
}

export const DEFAULT_DECODER = 'ridge';

/** @throws TransferError TRANSFER_DECODER_UNKNOWN, naming the readouts or the spaces that exist. */
export function decoderNamed(name: string): DecoderMethod {
  const [readout, space = spaces[0].name, ...rest] = name.split('@');
  if (rest.length > 0) throw unknown(`decoder "${name}": write readout or readout@space`);
  const found = { readout: named(readouts, readout, 'readout'), space: named(spaces, space, 'item space') };
  return { ...found, name: found.space === spaces[0] ? readout : `${readout}@${space}` };
}

function named<One extends Method>(list: readonly One[], name: string, kind: string): One {
  const found = list.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw unknown(`no ${kind} "${name}"; there are ${list.map((one) => one.name).join(', ')}`);
}

function unknown(message: string): TransferError {
  return new TransferError('TRANSFER_DECODER_UNKNOWN', message);
}
