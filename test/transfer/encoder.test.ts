/** Runs the compliance suite on every published encoder, and on each view alone and beside another. */
import { encoderNamed } from '../../core/transfer/compose.ts';
import { presets } from '../../core/transfer/presets.ts';
import { views } from '../../core/transfer/registry.ts';
import { BANDS, encoderCompliance } from '../../compliance/encoder.ts';

const trained = { rounds: 2 };
/** Settings that keep the suite short. */
const small = { 'autoencoder.hidden': 8, 'autoencoder.bottleneck': 6 };

describe('encoders', () => {
  const shared = { 'shared-subspace.dimension': 8 };
  for (const { name, encoder } of presets) {
    if (name === 'shared-subspace') {
      describe(name, () => encoderCompliance(encoderNamed(name, shared), { rounds: 2 }));
      continue;
    }
    const isTrained = encoder.training !== undefined;
    describe(name, () => encoderCompliance(encoderNamed(name, isTrained ? small : {}), isTrained ? trained : {}));
  }
  const alone = views.all.filter(({ name }) => !presets.some(({ encoder }) => encoder.views.at(0)?.name === name));
  /** The one view without usable defaults. */
  const needed = { 'attributes.values': BANDS };
  for (const { name } of alone) {
    describe(name, () => encoderCompliance(encoderNamed(name, name === 'attributes' ? needed : {})));
  }
  describe('shared-subspace beside own vectors', () =>
    encoderCompliance(encoderNamed('subspace>shared-subspace', shared), { rounds: 2 }));
  describe('subspace, switched off', () => encoderCompliance(encoderNamed('subspace~subspace')));
  describe('subspace+projection', () =>
    encoderCompliance(encoderNamed('subspace+projection', { 'projection.numbers': 24 })));
});
