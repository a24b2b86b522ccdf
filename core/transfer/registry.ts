/**
 * Every view and every training by its name. To add one, add a file and a line here. A package from outside
 * brings its own as `package:name` (core/packages/).
 * @module
 */
import { Pieces } from './pieces.ts';
import { autoencoder } from './training/autoencoder.ts';
import { gram } from './training/gram.ts';
import { gru } from './training/gru.ts';
import { itemAttention } from './training/item-attention.ts';
import { meta } from './training/meta.ts';
import { sharedSubspace } from './training/shared-subspace.ts';
import { textCnn } from './training/text-cnn.ts';
import type { Training } from './training/training.ts';
import { tunedHead } from './training/tuned-head.ts';
import { twoTowers } from './training/two-towers.ts';
import { attributes } from './views/attributes.ts';
import { history } from './views/history.ts';
import { plainAls } from './views/plain-als.ts';
import { projection } from './views/projection.ts';
import { subspace } from './views/subspace.ts';
import { text } from './views/text.ts';
import { vectors } from './views/vectors.ts';
import type { View } from './views/view.ts';

export const views = new Pieces<View>('view', 'views', [
  plainAls,
  subspace,
  text,
  vectors,
  attributes,
  projection,
  history,
]);
export const trainings = new Pieces<Training>('training', 'trainings', [
  autoencoder,
  sharedSubspace,
  gram,
  twoTowers,
  itemAttention,
  gru,
  textCnn,
  meta,
  tunedHead,
]);
